package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Grant;

/** The database beside a living, dead or crashed writer, behind permissions, or not one at all. */
final class KextPolicyAccessTest extends KextPolicyTest {
  private static final String AS_NOBODY =
      "exec /usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/sqlite3 \"$@\"";

  @AfterEach
  void openFolder() throws IOException {
    if (Files.isDirectory(database.getParent())) {
      StubMac.allow(database.getParent(), "rwxr-xr-x");
    }
  }

  @Test
  void uncommittedChangesAreNotSeen() throws Exception {
    create("10.14");
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute("BEGIN IMMEDIATE");
      writer.execute(APPROVE);
      assertEquals(Grant.NONE, read().grant());
      writer.execute("COMMIT");
      assertEquals(Grant.USER, read().grant());
    }
  }

  @Test
  void committedChangesAreSeenBeforeACheckpoint() throws Exception {
    create("10.14");
    byte[] main = Files.readAllBytes(database);
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute(APPROVE);
      assertEquals(Grant.USER, read().grant());
      assertTrue(Arrays.equals(main, Files.readAllBytes(database)));
    }
  }

  @Test
  void anExclusiveWriterOfAWriteAheadLogBlocksNoReader() throws Exception {
    create("10.14", APPROVE);
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute("BEGIN EXCLUSIVE");
      writer.execute("DELETE FROM kext_policy");
      assertEquals(Grant.USER, read().grant());
    }
  }

  @Test
  void aLockedDatabaseIsUnreadableAndNeverReadPastItsLock() throws Exception {
    create("10.14", "PRAGMA journal_mode=delete");
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute("BEGIN EXCLUSIVE");
      writer.execute(APPROVE);
      assertUnreadable("database is locked");
    }
  }

  @Test
  void aShortLockIsWaitedFor() throws Exception {
    create("10.14", APPROVE, "PRAGMA journal_mode=delete");
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute("BEGIN EXCLUSIVE");
      mac.tool(
          Tool.SQLITE3,
          "touch %1$s/started; exec /usr/bin/sqlite3 \"$@\"".formatted(quoted(temporary)));
      Thread release =
          new Thread(
              () -> {
                try {
                  Patience.until(() -> Files.exists(temporary.resolve("started")));
                  writer.execute("COMMIT");
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      release.start();
      assertEquals(Grant.USER, grantWithoutLook());
      release.join();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCleanDatabaseIsReadWhereverItsFolderMayBeWritten(boolean writable) throws Exception {
    create("10.14", APPROVE);
    assertFalse(Files.exists(sibling(database, "-wal")));
    protectFolder(writable);
    assertEquals(Grant.USER, read().grant());
  }

  @ParameterizedTest
  @CsvSource({"true, false", "true, true", "false, false", "false, true"})
  void committedChangesOfACrashedWriterAreSeen(boolean writable, boolean index) throws Exception {
    create("10.14");
    crashAfter(APPROVE);
    if (!index) {
      Files.delete(sibling(database, "-shm"));
    }
    protectFolder(writable);
    assertEquals(Grant.USER, read().grant());
  }

  @Test
  void aWriteAheadLogWhoseIndexMayNotBeOpenedIsReadFromACopy() throws Exception {
    create("10.14");
    crashAfter(APPROVE);
    StubMac.allow(sibling(database, "-shm"), "---------");
    protectFolder(false);
    assertEquals(Grant.USER, read().grant());
  }

  @Test
  void anEmptyWriteAheadLogIsNone() throws Exception {
    create("10.14", APPROVE);
    Files.createFile(sibling(database, "-wal"));
    protectFolder(false);
    assertEquals(Grant.USER, read().grant());
  }

  @Test
  void unfinishedChangesOfACrashedWriterAreRolledBack() throws Exception {
    create(
        "10.14",
        "PRAGMA journal_mode=delete",
        APPROVE,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
            + " INSERT INTO kext_policy SELECT 'T' || i, 'com.example.' || i, 1, '', 0 FROM n");
    byte[] committed = Files.readAllBytes(database);
    crashAfter("PRAGMA cache_size=1; BEGIN; UPDATE kext_policy SET allowed=0");
    assertFalse(Arrays.equals(committed, Files.readAllBytes(database)));
    protectFolder(false);
    assertEquals(Grant.USER, read().grant());
  }

  @Test
  void aMissingDatabaseIsNotCreated() throws Exception {
    assertUnreadable("no database file");
    Files.delete(database.getParent());
    assertUnreadable("no database file");
  }

  @Test
  void anEmptyFileIsNoDatabase() throws Exception {
    Files.createFile(database);
    assertUnreadable("no such table: kext_policy");
  }

  @Test
  void garbageIsNoDatabase() throws Exception {
    Files.writeString(database, "Kext policy, but not as SQLite writes it. ".repeat(100));
    assertUnreadable("file is not a database");
  }

  @Test
  void aFolderIsNoDatabase() throws Exception {
    Files.createDirectory(database);
    assertUnreadable("disk I/O error");
  }

  @Test
  void aDamagedDatabaseIsUnreadable() throws Exception {
    create("10.14", APPROVE, "PRAGMA journal_mode=delete");
    byte[] bytes = Files.readAllBytes(database);
    Arrays.fill(bytes, 4096, bytes.length, (byte) 0x5a);
    Files.write(database, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    assertUnreadable("database disk image is malformed");
  }

  @Test
  void aTruncatedDatabaseIsUnreadable() throws Exception {
    create("10.14", APPROVE);
    Files.write(database, Arrays.copyOf(Files.readAllBytes(database), 5000));
    assertUnreadable("database disk image is malformed");
  }

  @Test
  void aDatabaseThatMayNotBeReadIsUnreadable() throws Exception {
    create("10.14", APPROVE);
    StubMac.allow(database, "---------");
    if (Owner.current().isRoot()) {
      mac.tool(Tool.SQLITE3, AS_NOBODY);
    }
    assertUnreadable("unable to open database file");
  }

  @Test
  void aWriteAheadLogThatMayNotBeReadIsUnreadable() throws Exception {
    create("10.14");
    crashAfter(APPROVE);
    StubMac.allow(sibling(database, "-wal"), "---------");
    if (Owner.current().isRoot()) {
      mac.tool(Tool.SQLITE3, AS_NOBODY);
      assertUnreadable("unable to open database file");
    } else {
      assertUnreadable("it can be neither opened nor copied");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"with space", "a?b", "a#b", "100%", "%41?mode=rwc&x#é ;'\"", "$(id)"})
  void thePathMayHaveSpecialCharactersOfAUri(String name) throws Exception {
    useMac(name);
    create("10.14", APPROVE);
    assertEquals(Grant.USER, read().grant());
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute("DELETE FROM kext_policy");
      assertEquals(Grant.NONE, read().grant());
      writer.crash();
    }
    Files.delete(sibling(database, "-shm"));
    assertEquals(Grant.NONE, read().grant());
  }

  @Test
  void aToolThatDoesNotAnswerMakesTheDatabaseUnreadable() throws Exception {
    create("10.14", APPROVE);
    Files.delete(mac.place(Tool.SQLITE3.macPath()));
    assertUnreadable("sqlite3 did not run (missing)");
    mac.tool(Tool.SQLITE3, "exit 0");
    assertUnreadable("sqlite3 gave no complete answer");
    mac.tool(Tool.SQLITE3, "echo nonsense; echo end");
    assertUnreadable("sqlite3 gave no complete answer");
    mac.tool(Tool.SQLITE3, "echo \"Error: unknown option: -batch\" >&2; exit 1");
    assertUnreadable("sqlite3 ended with 1");
    mac.tool(Tool.SQLITE3, "exec sleep 30");
    assertUnreadable("sqlite3 took too long");
  }

  /** As System Integrity Protection does: the folder's files may be read and nothing be made. */
  private void protectFolder(boolean writable) throws IOException {
    if (writable) {
      return;
    }
    StubMac.allow(database.getParent(), "r-xr-xr-x");
    if (Owner.current().isRoot()) {
      mac.tool(
          Tool.SQLITE3,
          "case \"$*\" in *SystemPolicyConfiguration*) %s;; esac; exec /usr/bin/sqlite3 \"$@\""
              .formatted(AS_NOBODY));
    }
  }

  private void crashAfter(String sql) throws IOException {
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute(sql);
      writer.crash();
    }
  }

  /** Without the look at the folder: a writer that ends its transaction changes it. */
  private Grant grantWithoutLook() throws Exception {
    return new KextPolicyDatabase(mac.root(), mac.tools())
        .read(DEFENDER, Duration.ofSeconds(20))
        .grant();
  }

  private static String quoted(Path path) {
    return "'" + path + "'";
  }
}
