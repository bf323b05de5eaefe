package org.kextwatch.agent.approval;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;

/**
 * What the kernel's list said. While approval is awaited the database is asked every 30 s; as long
 * as its answer is the same and nothing tried to load the kext, only a full look asks the list
 * again. For one thread.
 */
final class KernelMemory {
  private final KernelList kernel;
  private @Nullable Listing known;

  KernelMemory(KernelList kernel) {
    this.kernel = kernel;
  }

  /** The next look asks the list, whatever the database says. */
  void forget() {
    known = null;
  }

  /**
   * What the list says about a kext.
   *
   * @param timeout of kextstat
   * @param policy what the database says now
   * @param last the last attempt to load the kext, {@code null} if there was none
   * @param isAwaited whether approval is awaited
   */
  KernelEntry listed(
      WatchedExtension watched,
      Duration timeout,
      PolicyResult policy,
      @Nullable Attempt last,
      boolean isAwaited) {
    Listing before = known;
    if (isAwaited && before != null && before.counts(watched, policy, last)) {
      return before.entry();
    }
    KernelEntry entry = kernel.listed(watched, timeout);
    boolean isGood = entry.loaded() != null && policy instanceof PolicyRows;
    known = isGood ? new Listing(watched, policy, last, entry) : null;
    return entry;
  }

  private record Listing(
      WatchedExtension watched, PolicyResult policy, @Nullable Attempt last, KernelEntry entry) {

    boolean counts(WatchedExtension now, PolicyResult policyNow, @Nullable Attempt lastNow) {
      return watched.equals(now) && policy.equals(policyNow) && Objects.equals(last, lastNow);
    }
  }
}
