package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.approval.PolicyResult.Unreadable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.status.Grant;

/**
 * What the tests of the approval database share: a Mac with one, and a reader that leaves no mark.
 */
abstract class KextPolicyTest {
  static final WatchedExtension DEFENDER = WatchedExtension.DEFENDER;
  static final String OURS = "'UBF8T346G9','com.microsoft.wdavkext'";
  static final String WAL = "PRAGMA journal_mode=wal";
  static final String APPROVE =
      "INSERT INTO kext_policy VALUES(" + OURS + ",1,'Microsoft Corporation',1)";

  private static final Duration TIMEOUT = Duration.ofSeconds(4);

  @TempDir Path temporary;
  StubMac mac;
  Path database;

  @BeforeEach
  final void makeMac() throws IOException {
    useMac("mac");
  }

  final void useMac(String name) throws IOException {
    StubMac.allow(temporary, "rwxr-xr-x");
    mac = new StubMac(temporary.resolve(name));
    mac.realSqlite();
    database = mac.place(SystemPaths.KEXT_POLICY);
  }

  /** A database as macOS makes it. */
  final void create(String macOs, String... statements) throws IOException {
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute(WAL);
      writer.execute(Recordings.kext("kextpolicy-schema-" + macOs + ".sql"));
      for (String statement : statements) {
        writer.execute(statement);
      }
    }
  }

  final PolicyResult read() throws IOException, RefusedPathException {
    return read(DEFENDER);
  }

  /** Reads, and holds that Apple's folder has the same files as before. */
  final PolicyResult read(WatchedExtension watched) throws IOException, RefusedPathException {
    Map<String, Long> before = files();
    PolicyResult reading = new KextPolicyDatabase(mac.root(), mac.tools()).read(watched, TIMEOUT);
    assertEquals(before, files());
    return reading;
  }

  final void assertUnreadable(String reason) throws IOException, RefusedPathException {
    PolicyResult reading = read();
    assertEquals(Grant.UNREADABLE, reading.grant(), reading.evidence());
    Unreadable unreadable = assertInstanceOf(Unreadable.class, reading);
    assertEquals(reason, unreadable.reason());
    assertTrue(reading.evidence().endsWith(reason), reading.evidence());
  }

  static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private Map<String, Long> files() throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    Path folder = database.getParent();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          boolean isFile = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
          sizes.put(file.getFileName().toString(), isFile ? Files.size(file) : -1L);
        }
      }
    }
    return sizes;
  }
}
