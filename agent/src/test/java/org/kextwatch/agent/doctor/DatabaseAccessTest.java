package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says where macOS keeps root from the approval database. */
class DatabaseAccessTest {
  private static final String FIRST =
      "Without it only an attempt to load shows whether the kext is approved.";

  /** Java has no exception of its own for EPERM: it gives the text of the system. */
  @Test
  void whatMacOsForbidsIsNotWhatPermissionsForbid() {
    String forbidden =
        DatabaseAccess.remedyOf(
            new FileSystemException("KextPolicy", null, "Operation not permitted"));
    String closed = DatabaseAccess.remedyOf(new AccessDeniedException("KextPolicy"));
    assertTrue(forbidden.startsWith(FIRST + " macOS keeps this Java from it (EPERM)"), forbidden);
    assertTrue(closed.startsWith(FIRST + " Its permissions keep root out (EACCES)"), closed);
    for (IOException other :
        List.of(new NoSuchFileException("KextPolicy"), new FileSystemException("KextPolicy"))) {
      assertEquals(FIRST, DatabaseAccess.remedyOf(other));
    }
  }

  /** A Java that has it gives it to every program that it runs. */
  @Test
  void nobodyIsToldToGiveJavaFullDiskAccess() {
    String forbidden =
        DatabaseAccess.remedyOf(
            new FileSystemException("KextPolicy", null, "Operation not permitted"));
    assertTrue(forbidden.contains("Do not give Java full disk access"), forbidden);
    assertFalse(forbidden.contains("PPPC"), forbidden);
  }

  @Test
  void aFileThatCanBeReadIsNoMatterOfPermissions(@TempDir Path folder) throws IOException {
    Path database = Files.writeString(folder.resolve("KextPolicy"), "no database");
    assertEquals(FIRST, DatabaseAccess.remedy(database));
  }
}
