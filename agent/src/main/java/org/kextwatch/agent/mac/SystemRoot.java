package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The directory that is the Mac: {@code /}, or any folder laid out like it (a simulated Mac, a
 * package's staging folder). Every path of the Mac is resolved below it; links are followed as the
 * operating system does.
 */
public final class SystemRoot {
  private static final Duration LONGEST_SIMULATED_WAIT = Duration.ofSeconds(1);

  private final Path root;

  private SystemRoot(Path root) {
    this.root = root;
  }

  /** The Mac this program runs on. */
  public static SystemRoot ofThisMac() {
    return new SystemRoot(Path.of("/"));
  }

  /**
   * The Mac that lives in a folder.
   *
   * @throws RefusedPathException if it is no folder, or if root is asked to trust another user's
   *     folder
   */
  public static SystemRoot at(Path folder) throws RefusedPathException {
    Path real;
    try {
      real = folder.toRealPath();
    } catch (IOException e) {
      throw new RefusedPathException(folder, "there is no such folder");
    }
    if (!Files.isDirectory(real)) {
      throw new RefusedPathException(folder, "it is not a folder");
    }
    SystemRoot root = new SystemRoot(real);
    if (!root.isThisMac() && Owner.current().isRoot() && !Owner.of(real).isRoot()) {
      throw new RefusedPathException(
          folder, "root needs a folder that belongs to root; run: chown 0:0 " + real);
    }
    return root;
  }

  /** Whether this is the running Mac itself, where the bounds of the settings hold. */
  public boolean isThisMac() {
    return root.getParent() == null;
  }

  /** A time to wait: at most one second on a Mac that is a folder, which is a test. */
  public Duration shortened(Duration wait) {
    return isThisMac() || wait.compareTo(LONGEST_SIMULATED_WAIT) < 0
        ? wait
        : LONGEST_SIMULATED_WAIT;
  }

  /**
   * Where a file of the Mac really is.
   *
   * @param macPath absolute, as the Mac sees it, such as {@code /usr/bin/kextutil}
   */
  public Path resolve(String macPath) {
    if (!macPath.startsWith("/")) {
      throw new IllegalArgumentException("not an absolute path of the Mac: " + macPath);
    }
    return root.resolve(macPath.substring(1));
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
