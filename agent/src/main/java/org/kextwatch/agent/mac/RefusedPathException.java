package org.kextwatch.agent.mac;

import java.nio.file.Path;

/** A path is not trusted; the message names it, the reason and the remedy. */
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
