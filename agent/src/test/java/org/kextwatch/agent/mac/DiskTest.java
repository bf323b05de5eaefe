package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiskTest {
  @TempDir private Path folder;

  @Test
  void replacesAFileAsAWholeWithItsOwnMode() throws IOException {
    Path file = folder.resolve("state");
    Files.writeString(file, "old");

    new Disk().replace(file, bytes("new"), Disk.PUBLIC);

    assertEquals("new", Files.readString(file));
    assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertFalse(Files.exists(folder.resolve("state.new")));
  }

  @Test
  void takesNoNoticeOfWhatACrashHasLeft() throws IOException {
    Files.writeString(folder.resolve("state.new"), "half of");
    new Disk().replace(folder.resolve("state"), bytes("new"), Disk.PRIVATE);
    assertEquals("new", Files.readString(folder.resolve("state")));
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void aFailureAtAnyStepLeavesTheOldContentOrTheNew(Step step) throws IOException {
    Path file = folder.resolve("state");
    Files.writeString(file, "old");

    assertThrows(
        IOException.class, () -> new Faulty(step).replace(file, bytes("new"), Disk.PRIVATE));

    assertEquals(step == Step.FORCE_FOLDER ? "new" : "old", Files.readString(file));
    assertFalse(Files.exists(folder.resolve("state.new")), "a part of it must not stay");
  }

  @Test
  void neverWritesThroughALink() throws IOException {
    Path victim = folder.resolve("victim");
    Files.writeString(victim, "precious");
    Path file = folder.resolve("state");
    Files.createSymbolicLink(file, victim);
    Files.createSymbolicLink(folder.resolve("state.new"), victim);

    new Disk().replace(file, bytes("new"), Disk.PRIVATE);

    assertEquals("precious", Files.readString(victim));
    assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    assertThrows(IOException.class, () -> new Disk().create(file, bytes("x"), Disk.PRIVATE));
  }

  @Test
  void makesFoldersThatNobodyElseCanRead() throws IOException {
    Path deep = folder.resolve("a/b");
    new Disk().makePrivateFolder(deep);
    new Disk().makePrivateFolder(deep);
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)));
  }

  @Test
  void noPowerCutTakesAFolderThatWasMade() throws IOException {
    List<Path> forced = new ArrayList<>();
    Disk disk =
        new Disk() {
          @Override
          public void forceFolder(Path made) throws IOException {
            forced.add(made);
            super.forceFolder(made);
          }
        };
    disk.makePrivateFolder(folder.resolve("a"));
    disk.makePrivateFolder(folder.resolve("a"));
    assertEquals(List.of(folder), forced);
  }

  @Test
  void doesNotTakeALinkOrAFileForItsFolder() throws IOException {
    Path link = folder.resolve("link");
    Files.createSymbolicLink(link, folder);
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(IOException.class, () -> new Disk().makePrivateFolder(link));
    assertThrows(IOException.class, () -> new Disk().makePrivateFolder(file));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private enum Step {
    CREATE,
    MOVE,
    FORCE_FOLDER
  }

  /** A disk that fails at one step, having done half of it. */
  private static final class Faulty extends Disk {
    private final Step step;

    Faulty(Step step) {
      this.step = step;
    }

    @Override
    public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
        throws IOException {
      if (step == Step.CREATE) {
        super.create(file, new byte[] {content[0]}, permissions);
        throw new IOException("No space left on device");
      }
      super.create(file, content, permissions);
    }

    @Override
    public void move(Path from, Path to) throws IOException {
      if (step == Step.MOVE) {
        throw new IOException("Input/output error");
      }
      super.move(from, to);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
      throw new IOException("Input/output error");
    }
  }
}
