package org.kextwatch.agent.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.kextwatch.agent.mac.Disk;
import org.tinylog.Logger;

/** The folders of the spool, and what is done to single files in them. Links are never followed. */
final class SpoolFolders {
  private static final int MAX_BYTES = 4 << 20;

  private final Path spool;
  private final Path tmp;
  private final Path fresh;
  private final Path quarantine;
  private final Disk disk;

  SpoolFolders(Path spool, Disk disk) {
    this.spool = spool;
    this.tmp = spool.resolve("tmp");
    this.fresh = spool.resolve("new");
    this.quarantine = spool.resolve("quarantine");
    this.disk = disk;
  }

  /** Makes what is missing and removes what a crash left unfinished. */
  void make() throws IOException {
    for (Path folder : List.of(spool, tmp, fresh, quarantine)) {
      disk.makePrivateFolder(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    force(spool);
    for (String unfinished : names(tmp)) {
      discard(tmp.resolve(unfinished));
    }
  }

  List<String> kept() throws IOException {
    return names(fresh);
  }

  List<String> aside() throws IOException {
    return names(quarantine);
  }

  /** Writes a file to its end, then lets it appear. On failure nothing of it is left. */
  void keep(String name, byte[] content) throws IOException {
    Path unfinished = tmp.resolve(name);
    Path file = fresh.resolve(name);
    try {
      disk.create(unfinished, content, Disk.PRIVATE);
      disk.move(unfinished, file);
    } catch (IOException e) {
      discard(unfinished); // a part of it must not hold the last of the disk
      discard(file); // a move may fail although it was done
      throw e;
    }
  }

  /** Whether what has appeared will survive a power cut. */
  boolean force() {
    return force(fresh);
  }

  /**
   * What a kept file holds; nothing if it is gone, or is something else than a small regular file.
   * It is looked at before it is opened: to open a pipe would be to wait for its writer.
   */
  byte[] content(String name) throws IOException {
    Path file = fresh.resolve(name);
    try {
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
        return new byte[0];
      }
      try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
        return in.readNBytes(MAX_BYTES);
      }
    } catch (NoSuchFileException e) {
      return new byte[0];
    }
  }

  void delete(String name) throws IOException {
    disk.delete(fresh.resolve(name));
  }

  /**
   * Moves whatever bears the name out of the way, by name alone: it is not opened.
   *
   * @return whether it is in quarantine now
   */
  boolean putAside(String name, String why) {
    Logger.warn("{} is put aside: {}", fresh.resolve(name), why);
    try {
      disk.move(fresh.resolve(name), quarantine.resolve(name));
      return true;
    } catch (IOException e) {
      Logger.warn("{} cannot be put aside: {}", fresh.resolve(name), e.toString());
      return false;
    }
  }

  /** Deletes a file or link, nothing else. */
  private void discard(Path file) {
    try {
      BasicFileAttributes attributes = attributes(file);
      if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
        disk.delete(file);
      }
    } catch (NoSuchFileException e) {
      // as wished
    } catch (IOException e) {
      Logger.warn("{} cannot be deleted: {}", file, e.toString());
    }
  }

  private boolean force(Path folder) {
    try {
      disk.forceFolder(folder);
      return true;
    } catch (IOException e) {
      Logger.warn("{} cannot be forced to disk: {}", folder, e.toString());
      return false;
    }
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<String> names(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    names.sort(null);
    return names;
  }
}
