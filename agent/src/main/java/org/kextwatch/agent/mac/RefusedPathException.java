package org.kextwatch.agent.mac;

import java.nio.file.Path;

/** A path that this program will not trust; the message names it and says why. */
public final class RefusedPathException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  public RefusedPathException(Path path, String why) {
    super(path + ": " + why);
    this.reason = path + ": " + why;
  }

  /** The message, never null. */
  public String reason() {
    return reason;
  }
}
