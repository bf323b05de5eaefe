package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;

/** A real disk whose single operations fail while a test says so. */
public final class FaultyDisk extends Disk {
  public enum Fault {
    CREATE_NOTHING,
    CREATE_EMPTY,
    CREATE_HALF,
    CREATE_WHOLE,
    MOVE,
    MOVE_BUT_REPORT_FAILURE,
    FORCE_FOLDER,
    DELETE
  }

  public final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  public final Set<Path> undeletable = new HashSet<>();
  public final Set<Path> unreadable = new HashSet<>();
  public boolean isUnreadable;

  @Override
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    fail(Fault.CREATE_NOTHING);
    if (faults.contains(Fault.CREATE_EMPTY)) {
      Files.write(file, new byte[0]);
    }
    fail(Fault.CREATE_EMPTY);
    if (faults.contains(Fault.CREATE_HALF)) {
      Files.write(file, Arrays.copyOf(content, content.length / 2));
    }
    fail(Fault.CREATE_HALF);
    super.create(file, content, permissions);
    fail(Fault.CREATE_WHOLE);
  }

  @Override
  public byte[] read(Path file, int most) throws IOException {
    if (isUnreadable || unreadable.contains(file)) {
      throw new IOException("Input/output error: " + file);
    }
    return super.read(file, most);
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    fail(Fault.MOVE);
    super.move(from, to);
    fail(Fault.MOVE_BUT_REPORT_FAILURE);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    fail(Fault.FORCE_FOLDER);
    super.forceFolder(folder);
  }

  @Override
  public void delete(Path file) throws IOException {
    fail(Fault.DELETE);
    if (undeletable.contains(file)) {
      throw new IOException("Operation not permitted: " + file);
    }
    super.delete(file);
  }

  private void fail(Fault fault) throws IOException {
    if (faults.contains(fault)) {
      throw new IOException("Input/output error: " + fault);
    }
  }
}
