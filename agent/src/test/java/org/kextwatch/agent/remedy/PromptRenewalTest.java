package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.remedy.RemedySamples.INTERVAL;
import static org.kextwatch.agent.remedy.RemedySamples.LOAD;
import static org.kextwatch.agent.remedy.RemedySamples.LOADING;
import static org.kextwatch.agent.remedy.RemedySamples.NOTHING;
import static org.kextwatch.agent.remedy.RemedySamples.NOW;
import static org.kextwatch.agent.remedy.RemedySamples.conflict;
import static org.kextwatch.agent.remedy.RemedySamples.decide;
import static org.kextwatch.agent.remedy.RemedySamples.extension;
import static org.kextwatch.agent.remedy.RemedySamples.loading;
import static org.kextwatch.agent.remedy.RemedySamples.tried;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.remedy.Decision.Load;
import org.kextwatch.agent.remedy.Decision.Nothing;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Trigger;

/** When the loader runs to keep the Allow button in System Preferences. */
final class PromptRenewalTest {
  private static final Decision RENEW = new Load(Trigger.PROMPT_RENEWAL);

  @Test
  void aPromptIsRenewedWhenItsIntervalHasPassed() {
    LoadHistory history = LoadHistory.NONE.beginning(NOW, Trigger.PROMPT_RENEWAL);
    Instant due = NOW.plus(INTERVAL);
    assertEquals(new Nothing(due), decide(awaiting(), history, LOADING, NOW));
    assertEquals(new Nothing(due), decide(awaiting(), history, LOADING, due.minusMillis(1)));
    assertEquals(RENEW, decide(awaiting(), history, LOADING, due));
  }

  @Test
  void aBlockedLoadOfARevokedGrantKeptThePromptAliveToo() {
    LoadHistory history = LoadHistory.NONE.beginning(NOW, Trigger.APPROVED);
    assertEquals(new Nothing(NOW.plus(INTERVAL)), decide(awaiting(), history, LOADING, NOW));
  }

  @Test
  void aClockThatWasSetBackDelaysNothing() {
    Instant future = NOW.plus(Duration.ofDays(365));
    LoadHistory renewed = LoadHistory.NONE.beginning(future, Trigger.PROMPT_RENEWAL);
    assertEquals(RENEW, decide(awaiting(), renewed, LOADING, NOW));
    LoadHistory again = renewed.beginning(NOW, Trigger.PROMPT_RENEWAL);
    assertEquals(new Nothing(NOW.plus(INTERVAL)), decide(awaiting(), again, LOADING, NOW));
    assertEquals(LOAD, decide(conflict(), tried(7, future), LOADING, NOW));
    assertEquals(NOTHING, decide(conflict(), tried(8, future), LOADING, NOW));
  }

  @ParameterizedTest
  @ValueSource(ints = {600, 1500, 1740})
  void aDayOfWaitingKeepsThePromptAliveUpTo48Times(int interval) {
    Settings loading = loading("promptRenewalSeconds", Duration.ofSeconds(interval));
    List<Instant> renewals = new ArrayList<>();
    LoadHistory history = LoadHistory.NONE.seen(NOW, "boot", "1", Grant.NONE);
    Duration tick = Duration.ofSeconds(30);
    Instant end = NOW.plus(Duration.ofDays(3));
    for (Instant at = NOW; at.isBefore(end); at = at.plus(tick)) {
      if (decide(awaiting(), history, loading, at).equals(RENEW)) {
        renewals.add(at);
        history = history.beginning(at, Trigger.PROMPT_RENEWAL);
      }
    }
    assertEquals(3 * 48, renewals.size());
    for (int i = 1; i < renewals.size(); i++) {
      Duration pause = Duration.between(renewals.get(i - 1), renewals.get(i));
      assertTrue(pause.toSeconds() >= interval, pause.toString());
      if (i % 48 != 0) {
        assertEquals(interval, pause.toSeconds());
      } else { // the day's are used up: the next is due a day after the first of them
        assertEquals(renewals.get(i - 48).plus(Duration.ofDays(1)), renewals.get(i));
      }
    }
  }

  @Test
  void afterADaysPromptsTheNextIsDueADayAfterTheFirst() {
    LoadHistory history = LoadHistory.NONE;
    for (int i = 0; i < 48; i++) {
      history = history.beginning(NOW.plusSeconds(1500L * i), Trigger.PROMPT_RENEWAL);
    }
    Instant later = NOW.plusSeconds(1500L * 48);
    Instant dayAfter = NOW.plus(Duration.ofDays(1));
    assertEquals(new Nothing(dayAfter), decide(awaiting(), history, LOADING, later));
    assertEquals(RENEW, decide(awaiting(), history, LOADING, dayAfter));
    LoadHistory restarted = history.seen(later, "other boot", "1", Grant.NONE);
    assertEquals(new Nothing(dayAfter), decide(awaiting(), restarted, LOADING, later));
  }

  private static Extension awaiting() {
    return extension(ExtensionKind.KERNEL, ExtensionState.AWAITING_APPROVAL, Grant.NONE, true);
  }
}
