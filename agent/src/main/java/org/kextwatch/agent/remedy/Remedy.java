package org.kextwatch.agent.remedy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.remedy.Decision.Load;
import org.kextwatch.agent.remedy.Decision.Nothing;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

/**
 * Decides whether the loader runs: to load an approved kext, or, while approval is awaited, to
 * renew the prompt. Such a renewal fails by design: macOS shows the Allow button for 30 minutes
 * after each blocked load (Apple TN2459).
 */
public final class Remedy {
  /** The pauses after the first, second… attempt for one grant; after these {@link #STEADY}. */
  private static final List<Duration> RETRIES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10));

  private static final Duration STEADY = Duration.ofMinutes(30);
  private static final Duration DAY = Duration.ofDays(1);
  private static final int MAX_RENEWALS_A_DAY = 48;

  private static final Decision NOTHING = new Nothing(null);

  private Remedy() {}

  /**
   * Decides from the state of the extension and the attempts so far.
   *
   * @param history as it counts now, see {@link LoadHistory#seen}
   * @param consoleUser whether a user is logged in who could click Allow
   * @param bigSurOrLater whether macOS is 11 or later, where Defender's own kext is only a leftover
   */
  public static Decision decide(
      Extension extension,
      LoadHistory history,
      Settings settings,
      boolean consoleUser,
      boolean bigSurOrLater,
      Instant now) {
    boolean isLeftover =
        bigSurOrLater && extension.bundleId().equals(WatchedExtension.DEFENDER.bundleId());
    if (extension.kind() != ExtensionKind.KERNEL || isLeftover) {
      return NOTHING;
    }
    return switch (extension.state()) {
      case APPROVED_INACTIVE, BLOCKED, CONFLICT, AWAITING_APPROVAL, NEVER_REQUESTED ->
          loadOrRenew(
              extension,
              history,
              settings,
              consoleUser && !Boolean.FALSE.equals(extension.userMayApprove()),
              now);
      case UNKNOWN -> // without the database, an attempt is the only way to learn the state
          extension.grant() == Grant.UNREADABLE
              ? loadOrRenew(extension, history, settings, consoleUser, now)
              : NOTHING;
      case ABSENT, PENDING_RESTART, ACTIVE, DISABLED -> NOTHING;
    };
  }

  /**
   * Loads what is approved or what a profile allows (macOS acts on a profile only when a load is
   * tried: rdar 37709636, rdar 39209026), and renews the prompt for what is not approved.
   */
  private static Decision loadOrRenew(
      Extension extension,
      LoadHistory history,
      Settings settings,
      boolean someoneMayApprove,
      Instant now) {
    boolean isApproved = history.isApproved(extension.grant());
    boolean mayLoad =
        settings.get(Keys.LOAD_APPROVED)
            && history.attempts() < settings.get(Keys.MAX_LOADS)
            && (isApproved || Boolean.TRUE.equals(extension.allowedByProfile()));
    if (mayLoad) {
      return load(history, now);
    }
    return !isApproved && someoneMayApprove && settings.get(Keys.RENEW_PROMPT)
        ? renew(history, settings.get(Keys.RENEWAL), now)
        : NOTHING;
  }

  /** Whether all attempts for this grant are used up, so that the reason is {@code load_failed}. */
  public static boolean exhausted(Extension extension, LoadHistory history, Settings settings) {
    return switch (extension.state()) {
      case APPROVED_INACTIVE, BLOCKED, CONFLICT ->
          extension.kind() == ExtensionKind.KERNEL
              && history.isApproved(extension.grant())
              && history.attempts() >= settings.get(Keys.MAX_LOADS);
      default -> false;
    };
  }

  private static Decision load(LoadHistory history, Instant now) {
    int attempts = history.attempts();
    if (attempts == 0) {
      return new Load(Trigger.APPROVED);
    }
    Duration pause = attempts <= RETRIES.size() ? RETRIES.get(attempts - 1) : STEADY;
    return at(due(history.begun(), pause, now), Trigger.APPROVED, now);
  }

  private static Decision renew(LoadHistory history, Duration interval, Instant now) {
    Instant due = due(history.begun(), interval, now);
    List<Instant> today =
        history.prompts().stream()
            .filter(at -> at.isAfter(now.minus(DAY)) && !at.isAfter(now))
            .sorted()
            .toList();
    if (today.size() >= MAX_RENEWALS_A_DAY) {
      Instant free = today.get(today.size() - MAX_RENEWALS_A_DAY).plus(DAY);
      due = free.isAfter(due) ? free : due;
    }
    return at(due, Trigger.PROMPT_RENEWAL, now);
  }

  /** A begin in the future means that the clock was set back: nothing waits for it. */
  private static Instant due(@Nullable Instant begun, Duration pause, Instant now) {
    return begun == null || begun.isAfter(now) ? now : begun.plus(pause);
  }

  private static Decision at(Instant due, Trigger trigger, Instant now) {
    return due.isAfter(now) ? new Nothing(due) : new Load(trigger);
  }
}
