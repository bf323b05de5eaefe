package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.approval.PolicyResult.Unreadable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;

/**
 * Apple's approval database, read with Apple's own sqlite3 while macOS may write to it. System
 * Integrity Protection guards the folder, so nothing is ever created in it. That root may read it
 * on macOS 12 and later is not verified (belief:kext-policy-readable). It is opened in one of these
 * ways, tried in this order:
 *
 * <ol>
 *   <li>{@code mode=ro}, which sees what the writer has committed and not yet checkpointed;
 *   <li>{@code immutable=1}, which ignores the {@code -wal}, and only if that is empty;
 *   <li>a copy, where SQLite may recover the changes of a crashed writer.
 * </ol>
 */
final class KextPolicyDatabase {

  private static final Duration MAX_BUSY = Duration.ofSeconds(4);

  private final ToolRunner tools;
  private final DatabaseFiles files;

  KextPolicyDatabase(SystemRoot root, ToolRunner tools) {
    this.tools = tools;
    this.files = new DatabaseFiles(root.resolve(SystemPaths.KEXT_POLICY));
  }

  /**
   * Reads what the database says about a kext.
   *
   * @param timeout of each run of sqlite3, which waits for a lock for half of it, at most 4 s
   */
  PolicyResult read(WatchedExtension watched, Duration timeout) {
    if (!files.exist()) {
      return new Unreadable("no database file");
    }
    try {
      if (files.areReadableInPlace()) {
        ToolRun live = query(files.database(), "mode=ro", timeout);
        if (!cannotOpen(live)) {
          return result(live, watched);
        }
      }
      if (files.unmerged().isEmpty()) {
        return result(query(files.database(), "immutable=1", timeout), watched);
      }
      try (TemporaryCopy copy = TemporaryCopy.of(files)) {
        return result(query(copy.database(), "mode=rw", timeout), watched);
      }
    } catch (IOException e) {
      return new Unreadable("it can be neither opened nor copied");
    }
  }

  /**
   * Stamps of the database and its {@code -wal}: a commit changes only the latter, a checkpoint the
   * former. An empty {@code -wal} counts as none because readers create it, and as root they set
   * its owner.
   */
  List<FileStamp> stamps() {
    return Stream.of(files.database(), files.wal())
        .map(FileStamp::of)
        .filter(stamp -> stamp.size() > 0)
        .map(FileStamp::ofContent)
        .toList();
  }

  private ToolRun query(Path database, String mode, Duration timeout) {
    ToolRun run = query(database, mode, timeout, PolicyQuery.BOTH);
    return run instanceof ToolRun.Finished finished
            && finished.stderr().contains("no such table: kext_policy_mdm")
        ? query(database, mode, timeout, PolicyQuery.USER_ONLY)
        : run;
  }

  private ToolRun query(Path database, String mode, Duration timeout, String sql) {
    long busy = Math.min(timeout.toMillis() / 2, MAX_BUSY.toMillis());
    return tools.run(
        Tool.SQLITE3,
        timeout,
        List.of(
            "-batch", // and no ~/.sqliterc: it could change the output
            "-init",
            "/dev/null",
            "-cmd",
            ".timeout " + busy,
            database.toUri().toASCIIString() + "?" + mode,
            sql));
  }

  private static boolean cannotOpen(ToolRun run) {
    return run instanceof ToolRun.Finished finished
        && (finished.stderr().contains("unable to open database file")
            || finished.stderr().contains("readonly database"));
  }

  private static PolicyResult result(ToolRun run, WatchedExtension watched) {
    if (run instanceof ToolRun.Finished finished) {
      Optional<PolicyRows> rows =
          finished.exitCode() == 0
              ? PolicyQuery.parse(finished.stdout(), watched)
              : Optional.empty();
      return rows.isPresent() ? rows.get() : new Unreadable(reason(finished));
    }
    if (run instanceof ToolRun.NotRun notRun) {
      String cause = EnumWord.spoken(notRun.cause());
      return new Unreadable("sqlite3 did not run (%s)".formatted(cause));
    }
    return new Unreadable("sqlite3 took too long");
  }

  /** SQLite's own message, without the paths around it. */
  private static String reason(ToolRun.Finished run) {
    if (run.exitCode() == 0) {
      return "sqlite3 gave no complete answer";
    }
    return List.of(
            "database is locked",
            "file is not a database",
            "database disk image is malformed",
            "no such table: kext_policy",
            "unable to open database file",
            "attempt to write a readonly database",
            "disk I/O error")
        .stream()
        .filter(run.stderr()::contains)
        .findFirst()
        .orElse("sqlite3 ended with " + run.exitCode());
  }
}
