package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kextwatch.agent.mac.Owner;

/**
 * A process that does the same again and again, as fast as it can, until it is closed. If the tests
 * run as root, it is another user's, who is in no group; else it is as good as that can be tried.
 */
public final class HostileUser implements AutoCloseable {
  /** 65534 is nobody on Debian, to whom no file belongs. */
  public static final int UID = 65534;

  private final Process process;

  private HostileUser(Process process) {
    this.process = process;
  }

  /**
   * Begins.
   *
   * @param deeds in Perl, with the arguments in {@code @ARGV}
   */
  public static HostileUser who(String deeds, Path... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (Owner.current().isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=" + UID, "--regid=" + UID, "--clear-groups"));
    }
    command.addAll(List.of("perl", "-e", "while (1) { " + deeds + " }"));
    for (Path argument : arguments) {
      command.add(argument.toString());
    }
    return new HostileUser(new ProcessBuilder(command).inheritIO().start());
  }

  /** Gives a file or folder to that user. */
  public static void give(Path path) throws IOException {
    if (Owner.current().isRoot()) {
      Files.setAttribute(path, "unix:uid", UID);
    }
  }

  public boolean isAtWork() {
    return process.isAlive();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
