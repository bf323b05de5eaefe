package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;

final class StatusFileTest {
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  @TempDir private Path mac;

  private SystemRoot root;
  private Path file;

  @BeforeEach
  void findThePlace() throws Exception {
    root = SystemRoot.at(mac);
    file = root.resolve(AgentPaths.STATUS);
    Files.createDirectories(mac.resolve("Library/Application Support"));
  }

  @Test
  void everybodyMayReadWhatWasWritten() throws IOException {
    new StatusFile(root, new Disk()).write(STATUS);
    assertEquals(STATUS, StatusFile.read(root));
    assertEquals("rw-r--r--", permissions(file));
    assertEquals("rwxr-xr-x", permissions(file.getParent()));
  }

  @Test
  void theLatestIsReadAndNothingElseIsLeft() throws IOException {
    StatusFile status = new StatusFile(root, new Disk());
    status.write(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE).whileSettling());
    status.write(STATUS);
    assertEquals(STATUS, StatusFile.read(root));
    try (Stream<Path> files = Files.list(file.getParent())) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void aDiskThatTakesNothingKeepsTheLastOneWhole() throws IOException {
    new StatusFile(root, new Disk()).write(STATUS);
    new StatusFile(root, full()).write(STATUS.whileSettling());
    assertEquals(STATUS, StatusFile.read(root));
    assertFalse(Files.exists(file.resolveSibling("status.json.new")));
  }

  /** It is written at each look, and each force makes a Mac wait for its disk. */
  @Test
  void nothingIsForced() throws IOException {
    new StatusFile(root, new Disk()).write(STATUS); // makes its folder
    Disk unforced =
        new Disk() {
          @Override
          public void create(Path to, byte[] content, Set<PosixFilePermission> permissions) {
            throw new AssertionError(to + " would be forced");
          }

          @Override
          public void forceFolder(Path folder) {
            throw new AssertionError(folder + " would be forced");
          }
        };
    new StatusFile(root, unforced).write(STATUS.whileSettling());
    assertEquals(STATUS.whileSettling(), StatusFile.read(root));
  }

  /** As a power cut may leave it, wherever it is cut. */
  @Test
  void aTornStatusIsNoneUntilTheNextLook() throws IOException {
    StatusFile status = new StatusFile(root, new Disk());
    status.write(STATUS);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThrows(NoSuchFileException.class, () -> StatusFile.read(root));
    }
    Files.write(file, new byte[whole.length]);
    assertThrows(NoSuchFileException.class, () -> StatusFile.read(root));
    status.write(STATUS);
    assertEquals(STATUS, StatusFile.read(root));
  }

  @Test
  void aLinkInItsPlaceIsReplacedNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(mac.resolve("elsewhere"), "not ours");
    Files.createDirectories(file.getParent());
    Files.createSymbolicLink(file, elsewhere);
    new StatusFile(root, new Disk()).write(STATUS);
    assertEquals("not ours", Files.readString(elsewhere));
    assertEquals(STATUS, StatusFile.read(root));
  }

  @Test
  void nothingIsWrittenThroughAFolderThatIsALink() throws IOException {
    Path elsewhere = Files.createDirectory(mac.resolve("elsewhere"));
    Files.createSymbolicLink(file.getParent(), elsewhere);
    new StatusFile(root, new Disk()).write(STATUS);
    assertFalse(Files.exists(elsewhere.resolve("status.json")));
  }

  @Test
  void whatIsNotThereCannotBeRead() {
    assertThrows(IOException.class, () -> StatusFile.read(root));
  }

  @Test
  void whatOthersCouldHaveWrittenIsNotBelieved() throws IOException {
    new StatusFile(root, new Disk()).write(STATUS);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThrows(IOException.class, () -> StatusFile.read(root));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static Disk full() {
    return new Disk() {
      @Override
      public void createUnforced(Path file, byte[] content, Set<PosixFilePermission> permissions)
          throws IOException {
        Files.write(file, new byte[] {'{'});
        throw new IOException("No space left on device");
      }
    };
  }
}
