package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Why root cannot read the approval database, and what to do. */
final class DatabaseAccess {
  /** The text of the error EPERM, which macOS has from BSD. */
  private static final String NOT_PERMITTED = "Operation not permitted";

  private static final String ONLY_AN_ATTEMPT =
      "Without it only an attempt to load shows whether the kext is approved.";

  private DatabaseAccess() {}

  /** What to do about a database that sqlite3 could not read. */
  static String remedy(Path database) {
    try (InputStream in = Files.newInputStream(database)) {
      in.read();
      return ONLY_AN_ATTEMPT;
    } catch (IOException e) {
      return remedyOf(e);
    }
  }

  /**
   * What to do about the error that reading a file gave. Permissions of the file give EACCES;
   * privacy protection and System Integrity Protection give EPERM (Apple DTS, "On File System
   * Permissions").
   */
  static String remedyOf(IOException error) {
    if (error instanceof AccessDeniedException) {
      return ONLY_AN_ATTEMPT
          + " Its permissions keep root out (EACCES): compare them with another Mac.";
    }
    if (error instanceof FileSystemException refused && NOT_PERMITTED.equals(refused.getReason())) {
      return ONLY_AN_ATTEMPT
          + " macOS keeps this Java from it (EPERM), and Kextwatch works without it. Do not give"
          + " Java full disk access: every program that this Java runs would have it. Please send"
          + " us the report of launchd/on-a-mac.sh.";
    }
    return ONLY_AN_ATTEMPT;
  }
}
