package org.kextwatch.agent.spool;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.tinylog.Logger;

/** The folders of the spool, and what is done to single files in them. Links are never followed. */
final class SpoolFolders {
  private static final int MAX_BYTES = 4 << 20;
  private static final Set<PosixFilePermission> CLOSED =
      PosixFilePermissions.fromString("rwx------");

  private final Path spool;
  private final Set<String> undeleted = new LinkedHashSet<>();
  private final Path tmp;
  private final Path fresh;
  private final Path quarantine;
  private final Disk disk;
  private int quarantined;
  private boolean quarantineGrew;

  SpoolFolders(Path spool, Disk disk) {
    this.spool = spool;
    this.tmp = spool.resolve(AgentPaths.SPOOL_TMP);
    this.fresh = spool.resolve(AgentPaths.SPOOL_NEW);
    this.quarantine = spool.resolve(AgentPaths.SPOOL_QUARANTINE);
    this.disk = disk;
  }

  /** Makes what is missing and removes what a crash left unfinished. */
  void make() throws IOException {
    for (Path folder : List.of(spool, tmp, fresh, quarantine)) {
      disk.makePrivateFolder(folder);
      if (!Files.getPosixFilePermissions(folder).equals(CLOSED)) {
        Files.setPosixFilePermissions(folder, CLOSED);
      }
    }
    force(spool);
    for (String unfinished : names(tmp)) {
      discard(tmp.resolve(unfinished));
    }
  }

  List<String> kept() throws IOException {
    return names(fresh);
  }

  /** What is in quarantine. */
  List<String> aside() throws IOException {
    List<String> names = names(quarantine);
    quarantined = names.size();
    quarantineGrew = true;
    return names;
  }

  /** How many files the quarantine holds. */
  int quarantined() {
    return quarantined;
  }

  /** Deletes from the quarantine what is too much, the oldest files first. */
  void boundQuarantine(int maxFiles, long maxBytes) {
    if (!quarantineGrew) {
      return;
    }
    quarantineGrew = false;
    try {
      List<Aside> files = new ArrayList<>();
      for (String name : names(quarantine)) {
        files.add(Aside.at(quarantine.resolve(name)));
      }
      files.sort(Comparator.comparing(Aside::modified));
      long bytes = files.stream().mapToLong(Aside::size).sum();
      quarantined = files.size();
      for (Aside file : files) {
        if (quarantined <= maxFiles && bytes <= maxBytes) {
          return;
        }
        if (isGone(file.path())) {
          quarantined--;
          bytes -= file.size();
        }
      }
    } catch (IOException e) {
      Logger.warn("{} cannot be kept small: {}", quarantine, e.toString());
    }
  }

  private boolean isGone(Path aside) {
    try {
      disk.delete(aside);
      return true;
    } catch (IOException e) { // a folder, perhaps; it keeps no other
      Logger.warn("{} cannot be deleted: {}", aside, e.toString());
      return false;
    }
  }

  private record Aside(Path path, FileTime modified, long size) {
    static Aside at(Path path) throws IOException {
      BasicFileAttributes attributes = attributes(path);
      return new Aside(path, attributes.lastModifiedTime(), attributes.size());
    }
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
   * What a kept file holds; nothing if it alone is gone, or is something else than a small regular
   * file. It is looked at before it is opened: to open a pipe would be to wait for its writer.
   */
  byte[] content(String name) throws IOException {
    Path file = fresh.resolve(name);
    try {
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
        return new byte[0];
      }
      return disk.read(file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      attributes(fresh); // where the folder is away too, nothing is known of the file
      return new byte[0];
    }
  }

  /**
   * Deletes a kept file, and with it what could not be deleted before.
   *
   * @throws IOException if it is still there
   */
  void delete(String name) throws IOException {
    deleteOrKnow(name);
    for (String left : List.copyOf(undeleted)) {
      try {
        deleteOrKnow(left);
      } catch (IOException e) {
        return; // it is the last in the row now, so that it keeps no other
      }
    }
  }

  /** Whether a file is there only because it could not be deleted. */
  boolean isToBeDeleted(String name) {
    return undeleted.contains(name);
  }

  private void deleteOrKnow(String name) throws IOException {
    undeleted.remove(name);
    try {
      disk.delete(fresh.resolve(name));
    } catch (IOException e) {
      undeleted.add(name);
      throw e;
    }
  }

  /** Moves whatever bears the name to the quarantine, by name alone: it is not opened. */
  void quarantine(String name, String why) {
    Logger.warn("{} is put aside: {}", fresh.resolve(name), why);
    try {
      boolean replaces = Files.exists(quarantine.resolve(name), LinkOption.NOFOLLOW_LINKS);
      disk.move(fresh.resolve(name), quarantine.resolve(name));
      quarantined += replaces ? 0 : 1;
      quarantineGrew = true;
    } catch (NoSuchFileException e) {
      // somebody took it away: all the same
    } catch (IOException e) {
      cannot("be put aside", name, e);
    }
  }

  void cannot(String doWhat, String name, IOException e) {
    Logger.warn("{} cannot {}: {}", fresh.resolve(name), doWhat, e.toString());
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
