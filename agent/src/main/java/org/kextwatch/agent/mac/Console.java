package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** The user at this Mac: the owner of {@code /dev/console} (belief:console-owner). */
public final class Console {
  /** The user of the setup assistant, before the first person has logged in. */
  private static final String SETUP_ASSISTANT = "_mbsetupuser";

  private Console() {}

  /** Whether a user is logged in who can click Allow. */
  public static boolean hasUser(SystemRoot root) {
    Path console = root.resolve(SystemPaths.CONSOLE);
    try {
      UserPrincipal owner = Files.getOwner(console);
      return !Owner.of(console).isRoot() && !owner.getName().equals(SETUP_ASSISTANT);
    } catch (IOException e) {
      return false;
    }
  }
}
