package org.kextwatch.agent.approval;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.Moment;

/**
 * What the approval database said. It is asked again if its stamp differs, if approval is awaited,
 * if it gave no good answer, and after an hour whatever its stamp says. For one thread.
 */
final class PolicyMemory {
  private static final Duration AGE = Duration.ofHours(1);

  private final KextPolicyDatabase database;
  private @Nullable Answer known;

  PolicyMemory(KextPolicyDatabase database) {
    this.database = database;
  }

  /**
   * What the database says about a kext.
   *
   * @param timeout of each run of sqlite3
   * @param isAwaited whether approval is awaited
   */
  PolicyResult read(WatchedExtension watched, Duration timeout, Moment now, boolean isAwaited) {
    List<FileStamp> stamps = database.stamps();
    Answer last = known;
    if (!isAwaited && last != null && last.counts(watched, stamps, now)) {
      return last.rows();
    }
    PolicyResult result = database.read(watched, timeout);
    known =
        result instanceof PolicyRows rows && stamps.stream().allMatch(s -> s.isSettled(now.wall()))
            ? new Answer(watched, stamps, rows, now.plus(AGE))
            : null;
    return result;
  }

  /**
   * A good answer.
   *
   * @param stamps from before it was asked
   */
  private record Answer(
      WatchedExtension watched, List<FileStamp> stamps, PolicyRows rows, Moment until) {

    boolean counts(WatchedExtension now, List<FileStamp> stampsNow, Moment time) {
      return watched.equals(now) && stamps.equals(stampsNow) && !until.isDue(time);
    }
  }
}
