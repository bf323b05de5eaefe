package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** A disk whose power fails at its nth step, before or after that is done. */
final class CrashingDisk extends UnforcedDisk {
  private final int last;
  private final boolean done;
  private int steps;

  CrashingDisk(int last, boolean done) {
    this.last = last;
    this.done = done;
  }

  @Override
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    before();
    super.create(file, content, permissions);
    after();
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    before();
    super.move(from, to);
    after();
  }

  @Override
  public void forceFolder(Path name) {
    before();
    super.forceFolder(name);
    after();
  }

  @Override
  public void delete(Path file) throws IOException {
    before();
    super.delete(file);
    after();
  }

  private void before() {
    if (steps > last || (steps == last && !done)) {
      throw new Crash();
    }
  }

  private void after() {
    if (steps++ == last) {
      throw new Crash();
    }
  }

  /** Not an IOException: nobody lives to handle it. */
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
