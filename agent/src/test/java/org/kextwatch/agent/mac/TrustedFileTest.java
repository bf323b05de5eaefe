package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TrustedFileTest {
  private static final byte[] CONTENT = {'1', '2', '3', '4'};

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void aFile() throws IOException {
    file = StubMac.allow(Files.write(folder.resolve("file"), CONTENT), "rw-------");
  }

  @Test
  void aFileThatOnlyItsOwnerMayWriteIsRead() throws Exception {
    StubMac.allow(file, "rw-r--r--");

    assertArrayEquals(CONTENT, TrustedFile.read(file, CONTENT.length));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw--w----", "rw-----w-", "rwxrwxrwx"})
  void aFileThatOthersMayWriteIsRefusedWithTheRemedy(String permissions) throws IOException {
    StubMac.allow(file, permissions);

    RefusedPathException refused =
        assertThrows(RefusedPathException.class, () -> TrustedFile.read(file, 100));

    assertTrue(refused.reason().contains("chmod go-w '" + file.toAbsolutePath()), refused.reason());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwx-w----", "rwxrwxrwx"})
  void aFileInAFolderThatOthersMayWriteIsRefused(String permissions) throws IOException {
    StubMac.allow(folder, permissions);

    assertThrows(RefusedPathException.class, () -> TrustedFile.check(file));
  }

  @Test
  void aLinkIsJudgedByTheFileBehindIt() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertDoesNotThrow(() -> TrustedFile.check(link));

    StubMac.allow(file, "rw-rw-rw-");

    assertThrows(RefusedPathException.class, () -> TrustedFile.check(link));
  }

  @Test
  void aSecretThatOthersMayReadIsRefused() throws Exception {
    assertArrayEquals(CONTENT, TrustedFile.readSecret(file, 100));

    StubMac.allow(file, "rw-r-----");

    assertThrows(RefusedPathException.class, () -> TrustedFile.readSecret(file, 100));
  }

  @Test
  void aFileAboveTheLimitIsRefused() {
    assertThrows(RefusedPathException.class, () -> TrustedFile.read(file, CONTENT.length - 1));
  }

  @Test
  void aFolderIsNoFile() throws IOException {
    Path inner = StubMac.allow(Files.createDirectory(folder.resolve("inner")), "rwx------");

    assertThrows(RefusedPathException.class, () -> TrustedFile.read(inner, 100));
  }

  @Test
  void noFileIsNoRefusal() throws IOException {
    assertThrows(NoSuchFileException.class, () -> TrustedFile.read(folder.resolve("none"), 100));
    Path nowhere = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("none"));
    assertThrows(NoSuchFileException.class, () -> TrustedFile.read(nowhere, 100));
  }

  @Test
  void rootAndThisUserAreBelievedAndNobodyElse() {
    Owner current = Owner.current();

    assertTrue(current.isTrusted());
    assertTrue(new Owner(0).isTrusted());
    assertFalse(new Owner(current.uid() + 1_000).isTrusted());
    assertFalse(Owner.of(folder.resolve("none")).isTrusted());
  }
}
