package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * A file system of its own in a file, whose power can be cut: what has not been forced is in the
 * memory of the machine, but not in that file. Needs root, loop devices and e2fsprogs.
 */
public final class LoopVolume implements AutoCloseable {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");

  private final Path image;
  private final Path place;

  private LoopVolume(Path image, Path place) {
    this.image = image;
    this.place = place;
  }

  /** A new one, mounted at a folder. The journal is written only when somebody asks for it. */
  public static LoopVolume create(Path image, Path place, int mebibytes)
      throws IOException, InterruptedException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength((long) mebibytes << 20);
    }
    run("mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0", image);
    return mount(image, place);
  }

  private static LoopVolume mount(Path image, Path place) throws IOException, InterruptedException {
    Files.createDirectories(place);
    run("mount -o loop,commit=300", image, place);
    return new LoopVolume(image, place);
  }

  /**
   * Another process forces a file of its own. That brings all names to the disk, but not the
   * contents of the files that they stand for.
   */
  public void forceSomethingElse() throws IOException {
    Set<StandardOpenOption> any = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try (FileChannel other = FileChannel.open(place.resolve("something else"), any)) {
      other.write(ByteBuffer.wrap(Instant.now().toString().getBytes(StandardCharsets.US_ASCII)));
      other.force(true);
    }
  }

  /** What the disk has at this moment, mounted at another folder, as after the power came back. */
  public LoopVolume afterACut(Path copy, Path elsewhere) throws IOException, InterruptedException {
    run("cp --sparse=always", image, copy);
    return mount(copy, elsewhere);
  }

  private static void run(String command, Object... arguments)
      throws IOException, InterruptedException {
    Ended ended = Script.run(Path.of("/"), ENVIRONMENT, command, arguments);
    assertEquals(0, ended.exit(), () -> command + ": " + ended);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run("umount", place);
  }
}
