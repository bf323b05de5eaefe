package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Grant;

/** How often sqlite3 runs: the database is a real one in WAL mode. */
final class PolicyMemoryTest extends OnAStubMac {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private Path database;
  private PolicyMemory memory;
  private Moment now = Moment.now().plus(Duration.ofMinutes(5));

  @BeforeEach
  void aDatabase() throws Exception {
    mac.realSqlite();
    database = mac.place(SystemPaths.KEXT_POLICY);
    SqliteWriter.run(database, KextPolicyTest.WAL, Recordings.kext("kextpolicy-schema-10.14.sql"));
    memory = new PolicyMemory(new KextPolicyDatabase(mac.root(), mac.tools()));
  }

  @Test
  void sqlite3RunsOnceAnHourWhileNobodyWrites() {
    for (int look = 0; look < 24; look++) {
      assertEquals(Grant.NONE, read(false).grant());
      now = now.plus(Duration.ofMinutes(5));
    }
    assertEquals(2, runs());
  }

  @Test
  void aCommitIsSeenByTheNextLook() throws Exception {
    assertEquals(Grant.NONE, read(false).grant());
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute(KextPolicyTest.APPROVE);
      assertEquals(Grant.USER, read(false).grant());
      assertEquals(Grant.USER, read(false).grant());
      assertEquals(2, runs());
      writer.execute("PRAGMA wal_checkpoint");
      assertEquals(Grant.USER, read(false).grant());
    }
  }

  @Test
  void whileApprovalIsAwaitedEachLookAsks() {
    read(false);
    read(true);
    read(true);
    assertEquals(3, runs());
    read(false);
    assertEquals(3, runs());
  }

  @Test
  void aFailureIsNotRemembered() throws Exception {
    mac.tool(Tool.SQLITE3, "exit 1");
    read(false);
    assertTrue(read(false) instanceof PolicyResult.Unreadable);
    assertEquals(2, runs());
    mac.realSqlite();
    assertEquals(Grant.NONE, read(false).grant());
    Files.delete(database);
    assertTrue(read(false) instanceof PolicyResult.Unreadable);
  }

  @Test
  void anAnswerCountsForItsKextAlone() {
    read(false);
    WatchedExtension other = new WatchedExtension("/Library/Extensions/o.kext", "com.o.k", "TEAM");
    memory.read(other, TIMEOUT, now, false);
    assertEquals(2, runs());
  }

  @Test
  void whatWasWrittenJustNowIsNotRemembered() {
    now = Moment.now();
    read(false);
    read(false);
    assertEquals(2, runs());
  }

  private PolicyResult read(boolean isAwaited) {
    return memory.read(WatchedExtension.DEFENDER, TIMEOUT, now, isAwaited);
  }

  private int runs() {
    return mac.calls(Tool.SQLITE3).size();
  }
}
