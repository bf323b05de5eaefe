package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.RecordingDisk.Done;
import org.kextwatch.agent.daemon.RecordingDisk.Moved;
import org.kextwatch.agent.daemon.RecordingDisk.Step;
import org.kextwatch.agent.daemon.RecordingDisk.Written;
import org.kextwatch.agent.mac.Disk;

/**
 * What a disk may hold after a power cut, by the least that POSIX promises (as ALICE asks it,
 * Pillai et al., OSDI 2014): until its folder is forced, a name may stand for anything that it has
 * stood for since the folder was forced last, each name independently of all others, so that even a
 * move may be half done; until a file is forced, its content may be missing, torn or zeros.
 */
final class CrashStates {
  private static final int SECTOR = 512;
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  /** Of each name, what it may stand for, the last being what it stands for now. */
  private final Map<Path, Set<Target>> names = new TreeMap<>();

  /**
   * Begins with files that are safe.
   *
   * @param safe by name
   */
  CrashStates(Map<Path, ByteString> safe) {
    safe.forEach((name, content) -> put(name, new Inode(content)));
    names.values().forEach(CrashStates::force);
  }

  /** Does one more step. */
  void take(Step step) {
    if (step instanceof Written written) {
      inode(written.file()).write(written.content());
    } else if (step instanceof Moved moved) {
      put(moved.to(), inode(moved.from()));
      put(moved.from(), null);
    } else if (step instanceof Done done) {
      switch (done.deed()) {
        case ENTER -> put(done.path(), new Inode(ByteString.EMPTY));
        case FORCE_FILE -> inode(done.path()).force();
        case DELETE -> put(done.path(), null);
        case FORCE_FOLDER -> forceNames(done.path());
      }
    }
  }

  private void forceNames(Path folder) {
    names.forEach(
        (name, values) -> {
          if (folder.equals(name.getParent())) {
            force(values);
          }
        });
  }

  /** Every state that a power cut may leave now. */
  void forEach(Consumer<Map<Path, ByteString>> state) {
    List<Path> open = List.copyOf(names.keySet());
    chooseNames(open, 0, new TreeMap<>(), state);
  }

  private void chooseNames(
      List<Path> open, int next, Map<Path, Inode> chosen, Consumer<Map<Path, ByteString>> state) {
    if (next == open.size()) {
      List<Inode> inodes = List.copyOf(new LinkedHashSet<>(chosen.values()));
      chooseContents(inodes, 0, new HashMap<>(), chosen, state);
      return;
    }
    Path name = open.get(next);
    for (Target value : names.get(name)) {
      if (value.inode() == null) {
        chosen.remove(name);
      } else {
        chosen.put(name, value.inode());
      }
      chooseNames(open, next + 1, chosen, state);
    }
    chosen.remove(name);
  }

  private static void chooseContents(
      List<Inode> inodes,
      int next,
      Map<Inode, ByteString> contents,
      Map<Path, Inode> names,
      Consumer<Map<Path, ByteString>> state) {
    if (next == inodes.size()) {
      Map<Path, ByteString> files = new TreeMap<>();
      names.forEach((name, inode) -> files.put(name, contents.get(inode)));
      state.accept(files);
      return;
    }
    for (ByteString content : inodes.get(next).contents) {
      contents.put(inodes.get(next), content);
      chooseContents(inodes, next + 1, contents, names, state);
    }
  }

  /** Every file in a folder. */
  static Map<Path, ByteString> files(Path folder) throws IOException {
    Map<Path, ByteString> files = new TreeMap<>();
    for (Path file : names(folder)) {
      files.put(file, ByteString.of(Files.readAllBytes(file)));
    }
    return files;
  }

  /** Makes these the files in a folder, and no others. */
  static void layOut(Path folder, Map<Path, ByteString> files) throws IOException {
    for (String part : List.of("tmp", "new", "quarantine")) {
      Files.createDirectories(folder.resolve("spool").resolve(part), OURS);
    }
    for (Path old : names(folder)) {
      Files.delete(old);
    }
    for (Map.Entry<Path, ByteString> file : files.entrySet()) {
      Files.createFile(file.getKey(), PosixFilePermissions.asFileAttribute(Disk.PRIVATE));
      Files.write(file.getKey(), file.getValue().toByteArray());
    }
  }

  private static List<Path> names(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }

  private void put(Path name, @Nullable Inode inode) {
    Set<Target> values =
        names.computeIfAbsent(name, n -> new LinkedHashSet<>(List.of(new Target(null))));
    Target value = new Target(inode);
    values.remove(value); // so that it is the last
    values.add(value);
  }

  private Inode inode(Path name) {
    return last(names.get(name)).inode();
  }

  private static void force(Set<Target> values) {
    values.retainAll(Set.of(last(values)));
  }

  private static <T> T last(Set<T> values) {
    return new ArrayList<>(values).get(values.size() - 1);
  }

  /** What a name stands for, {@code null} for nothing. */
  private record Target(@Nullable Inode inode) {}

  /** A file without its name; the same only as itself. */
  private static final class Inode {
    private Set<ByteString> contents;

    private Inode(ByteString content) {
      this.contents = Set.of(content);
    }

    private void write(ByteString content) {
      int size = content.size();
      contents = new LinkedHashSet<>(contents);
      for (int torn : new int[] {SECTOR, size / 2, size - 1}) {
        contents.add(content.substring(0, Math.min(torn, size)));
      }
      contents.add(ByteString.of(new byte[size]));
      contents.remove(content);
      contents.add(content); // so that it is the last
    }

    private void force() {
      contents = Set.of(last(contents));
    }
  }
}
