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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.tinylog.Logger;

/** The folders of the spool and the operations on their files. Links are never followed. */
final class SpoolFolders {
  private static final int MAX_BYTES = 4 << 20;
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path spool;
  private final Path tmp;
  private final Path ready;
  private final Path quarantine;
  private final Disk disk;
  private final Set<String> undeleted = new LinkedHashSet<>();
  private int quarantinedCount;
  private boolean quarantineGrew;
  private Map.@Nullable Entry<String, byte[]> ahead;
  private @Nullable String noted;

  SpoolFolders(Path spool, Disk disk) {
    this.spool = spool;
    this.tmp = spool.resolve(AgentPaths.SPOOL_TMP);
    this.ready = spool.resolve(AgentPaths.SPOOL_NEW);
    this.quarantine = spool.resolve(AgentPaths.SPOOL_QUARANTINE);
    this.disk = disk;
  }

  /** Creates missing folders and deletes unfinished files that a crash left. */
  void create() throws IOException {
    for (Path folder : List.of(spool, tmp, ready, quarantine)) {
      disk.makePrivateFolder(folder);
      if (!Files.getPosixFilePermissions(folder).equals(PRIVATE)) {
        Files.setPosixFilePermissions(folder, PRIVATE);
      }
    }
    force(spool);
    for (String unfinished : names(tmp)) {
      tryToDeleteFile(tmp.resolve(unfinished));
    }
  }

  /** The names of the events, sorted. */
  List<String> names() throws IOException {
    return names(ready);
  }

  /** The names of the files in quarantine, which are counted. */
  List<String> namesInQuarantine() throws IOException {
    List<String> names = names(quarantine);
    quarantinedCount = names.size();
    quarantineGrew = true;
    return names;
  }

  int quarantinedCount() {
    return quarantinedCount;
  }

  /** Deletes the oldest files of the quarantine until it is within these bounds. */
  void trimQuarantine(int maxFiles, long maxBytes) {
    if (!quarantineGrew) {
      return;
    }
    quarantineGrew = false;
    try {
      List<QuarantinedFile> files = new ArrayList<>();
      for (String name : names(quarantine)) {
        files.add(QuarantinedFile.at(quarantine.resolve(name)));
      }
      files.sort(Comparator.comparing(QuarantinedFile::modified));
      long bytes = files.stream().mapToLong(QuarantinedFile::size).sum();
      quarantinedCount = files.size();
      for (QuarantinedFile file : files) {
        if (quarantinedCount <= maxFiles && bytes <= maxBytes) {
          return;
        }
        if (isDeleted(file.path())) {
          quarantinedCount--;
          bytes -= file.size();
        }
      }
    } catch (IOException e) {
      Logger.warn("{} cannot be trimmed: {}", quarantine, e.toString());
    }
  }

  private boolean isDeleted(Path quarantined) {
    try {
      disk.delete(quarantined);
      return true;
    } catch (IOException e) { // perhaps a folder; the next file is tried
      Logger.warn("{} cannot be deleted: {}", quarantined, e.toString());
      return false;
    }
  }

  private record QuarantinedFile(Path path, FileTime modified, long size) {
    static QuarantinedFile at(Path path) throws IOException {
      BasicFileAttributes attributes = attributes(path);
      return new QuarantinedFile(path, attributes.lastModifiedTime(), attributes.size());
    }
  }

  /**
   * Writes a file completely, then moves it into place and forces its folder.
   *
   * @throws IOException if that fails; nothing of the file is left then. A folder that cannot be
   *     forced is only logged: the file is there, though a power cut could lose it
   */
  void write(String name, byte[] content) throws IOException {
    Path unfinished = tmp.resolve(name);
    Path file = ready.resolve(name);
    try {
      disk.create(unfinished, content, Disk.PRIVATE);
      disk.move(unfinished, file);
    } catch (IOException e) {
      tryToDeleteFile(unfinished); // its part must not fill the disk
      tryToDeleteFile(file); // a move may be done although it reports failure
      throw e;
    }
    force(ready);
  }

  /**
   * The content of an event's file; empty if the file is gone, or is not a regular file of normal
   * size. It is checked before it is opened, because opening a pipe waits for its writer.
   *
   * @throws IOException if the file, or the whole folder, cannot be read now
   */
  byte[] read(String name) throws IOException {
    Map.Entry<String, byte[]> known = ahead;
    ahead = null;
    return known != null && known.getKey().equals(name) ? known.getValue() : readNow(name);
  }

  /** Reads a file now that is the next to be read. */
  void readAhead(String name) {
    try {
      ahead = Map.entry(name, readNow(name));
    } catch (IOException e) {
      ahead = null; // reading it in its turn says so
    }
  }

  private byte[] readNow(String name) throws IOException {
    Path file = ready.resolve(name);
    try {
      BasicFileAttributes attributes = attributes(file);
      if (!attributes.isRegularFile() || attributes.size() > MAX_BYTES) {
        return new byte[0];
      }
      return disk.read(file, MAX_BYTES);
    } catch (NoSuchFileException e) {
      attributes(ready); // without its folder nothing is known about the file
      return new byte[0];
    }
  }

  /** Takes note of the file of an event for {@link #deleteNoted}. */
  void deleteLater(String name) {
    undeleted.add(name);
    noted = name;
  }

  /** As {@link #delete} for the file that was noted, if there is one. */
  void deleteNoted() throws IOException {
    String name = noted;
    noted = null;
    if (name != null) {
      delete(name);
    }
  }

  /**
   * Deletes the file of an event, and files that could not be deleted before.
   *
   * @throws IOException if it is still there
   */
  void delete(String name) throws IOException {
    deleteOrRemember(name);
    for (String left : List.copyOf(undeleted)) {
      try {
        deleteOrRemember(left);
      } catch (IOException e) {
        return; // it is last in the list now: others are tried before it
      }
    }
  }

  /** As {@link #delete}; a failure is logged. */
  void tryToDelete(String name) {
    try {
      delete(name);
    } catch (IOException e) {
      Logger.warn("{} cannot be deleted: {}", ready.resolve(name), e.toString());
    }
  }

  /** Whether a file is only there because it is not deleted yet. */
  boolean isToBeDeleted(String name) {
    return undeleted.contains(name);
  }

  private void deleteOrRemember(String name) throws IOException {
    undeleted.remove(name);
    try {
      disk.delete(ready.resolve(name));
    } catch (IOException e) {
      undeleted.add(name);
      throw e;
    }
  }

  /** Moves a file to the quarantine without opening it. A failure is logged. */
  void quarantine(String name, String why) {
    Logger.warn("{} is quarantined: {}", ready.resolve(name), why);
    try {
      boolean replaces = Files.exists(quarantine.resolve(name), LinkOption.NOFOLLOW_LINKS);
      disk.move(ready.resolve(name), quarantine.resolve(name));
      quarantinedCount += replaces ? 0 : 1;
      quarantineGrew = true;
    } catch (NoSuchFileException e) {
      // already removed
    } catch (IOException e) {
      Logger.warn("{} cannot be quarantined: {}", ready.resolve(name), e.toString());
    }
  }

  /** Deletes a regular file or link, nothing else. A failure is logged. */
  private void tryToDeleteFile(Path file) {
    try {
      BasicFileAttributes attributes = attributes(file);
      if (attributes.isRegularFile() || attributes.isSymbolicLink()) {
        disk.delete(file);
      } else {
        Logger.warn("{} is no file of the spool: remove it", file);
      }
    } catch (NoSuchFileException e) {
      // already removed
    } catch (IOException e) {
      Logger.warn("{} cannot be deleted: {}", file, e.toString());
    }
  }

  private void force(Path folder) {
    try {
      disk.forceFolder(folder);
    } catch (IOException e) {
      Logger.warn("{} cannot be forced to disk: {}", folder, e.toString());
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
