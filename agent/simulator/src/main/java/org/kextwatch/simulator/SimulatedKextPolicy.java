package org.kextwatch.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The approval database of the simulated Mac, a real SQLite database in WAL mode, written as macOS
 * itself does when the user clicks or a profile arrives.
 *
 * @param sqlite3 the real tool of this machine
 */
record SimulatedKextPolicy(Path sqlite3, Path database) {
  private static final List<Path> SQLITE3 =
      Stream.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
          .map(folder -> Path.of(folder, "sqlite3"))
          .toList();
  private static final long TIMEOUT_SECONDS = 30;
  private static final String OURS =
      " WHERE team_id='UBF8T346G9' AND bundle_id IN ('com.microsoft.wdavkext', '')";

  /**
   * The sqlite3 of this machine.
   *
   * @throws IOException if it has none
   */
  static Path findSqlite3() throws IOException {
    return SQLITE3.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IOException("A simulated Mac needs one of " + SQLITE3));
  }

  /** Makes the database with its empty tables. */
  void create(String schema) {
    run("PRAGMA journal_mode=WAL;\n" + schema);
  }

  /** A user clicked Allow. Flags and names as in the recorded rows of other vendors. */
  void approveAsUser() {
    run(
        "INSERT OR REPLACE INTO kext_policy VALUES"
            + " ('UBF8T346G9', 'com.microsoft.wdavkext', 1, 'Microsoft Corporation', 1)");
  }

  /** A kernel extension profile arrived; that it makes such a row is inferred, not recorded. */
  void approveAsProfile() {
    run(
        "INSERT OR REPLACE INTO kext_policy_mdm VALUES ('UBF8T346G9', 'com.microsoft.wdavkext', 1,"
            + " 'B6A0F7D2-3C53-4E0B-8F5B-9D1E7C2A4F60')");
  }

  /** The same for all kexts of a team; that its row has no bundle is inferred, too. */
  void approveTeamAsProfile() {
    run(
        "INSERT OR REPLACE INTO kext_policy_mdm VALUES ('UBF8T346G9', '', 1,"
            + " 'B6A0F7D2-3C53-4E0B-8F5B-9D1E7C2A4F60')");
  }

  /** Removes every approval. */
  void forget() {
    run("DELETE FROM kext_policy" + OURS + "; DELETE FROM kext_policy_mdm" + OURS);
  }

  boolean isApproved() {
    String allowed = OURS + " AND allowed=1";
    return !run("SELECT 1 FROM kext_policy"
            + allowed
            + " UNION SELECT 1 FROM kext_policy_mdm"
            + allowed)
        .isBlank();
  }

  String run(String sql) {
    List<String> command =
        List.of(sqlite3.toString(), "-batch", "-bail", "-init", "/dev/null", database.toString());
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var statements = process.outputWriter(StandardCharsets.UTF_8)) {
        statements.write(".timeout 5000\n" + sql + ";\n");
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IOException("sqlite3 on " + database + ": " + output.strip());
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sqlite3 ran", e);
    }
  }
}
