package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Verdict;

class AssessorTest {
  private static final Moment START = new Moment(StatusSamples.NOON, 0);
  private static final AgentState AGENT = AgentState.quiet("1", StatusSamples.NOON, 0);

  @Test
  void aDefenderThatDoesNotAnswerIsARiskAfterAQuarterOfAnHourAwake() {
    Assessor assessor = new Assessor();
    assertEquals(Verdict.UNKNOWN, silent(assessor, null, START).verdict());
    Moment asleep = new Moment(START.wall().plus(Duration.ofHours(8)), START.nanos());
    assertEquals(Verdict.UNKNOWN, silent(assessor, null, asleep).verdict());
    Moment late = START.plus(Duration.ofMinutes(15));
    assertEquals(Verdict.AT_RISK, silent(assessor, null, late).verdict());
  }

  @Test
  void anAnswerEndsTheCount() {
    Assessor assessor = new Assessor();
    silent(assessor, null, START);
    assess(assessor, StatusSamples.HEALTHY, null, START);
    Moment late = START.plus(Duration.ofMinutes(15));
    assertEquals(Verdict.UNKNOWN, silent(assessor, null, late).verdict());
  }

  /** Else each restart of the agent would tell that it is unknown, and then that it is a risk. */
  @Test
  void whatWasToldAsARiskIsStillOneForAnAgentThatHasRestarted() {
    Assessor assessor = new Assessor();
    silent(assessor, null, START);
    Status told = silent(assessor, null, START.plus(Duration.ofMinutes(15)));
    assertEquals(Verdict.AT_RISK, silent(new Assessor(), told, START).verdict());
    assertEquals(
        Verdict.PROTECTED, assess(new Assessor(), StatusSamples.HEALTHY, told, START).verdict());
  }

  /** Whether it is told yet or not, and never after the look itself. */
  @Test
  void theVerdictIsSinceTheLookThatFirstSaidSo() throws IOException {
    Assessor assessor = new Assessor();
    State state = State.fresh("uuid");
    int[] minutes = {0, 5, 10, 15, 20, -60};
    int[] since = {0, 0, 10, 10, 20, -60};
    Health[] healths = {
      StatusSamples.HEALTHY,
      StatusSamples.HEALTHY,
      StatusSamples.pair(true, false),
      StatusSamples.pair(true, false),
      StatusSamples.HEALTHY,
      StatusSamples.HEALTHY
    };
    for (int i = 0; i < minutes.length; i++) {
      Moment now = START.plus(Duration.ofMinutes(minutes[i]));
      Assessor.Assessment look =
          assessor.assess(
              StatusSamples.seen(now.wall(), healths[i], StatusSamples.ACTIVE),
              LoadHistory.NONE,
              state,
              Settings.defaults(),
              AGENT,
              now);
      assertEquals(
          START.wall().plus(Duration.ofMinutes(since[i])), look.status().verdictSince(), "" + i);
      state = state.after(look, LoadHistory.NONE, Settings.defaults());
      state = Json.read(State.class, Json.write(state)); // and over restarts
    }
  }

  /**
   * After a boot mdatp does not answer for minutes. A risk is not reported as unknown then, and not
   * as new when it is seen again; what outlasts the time to settle is reported.
   */
  @Test
  void aRiskThatCannotBeSeenAfterABootIsNotReportedTwice() {
    Assessor assessor = new Assessor();
    Health off = StatusSamples.pair(false, true);
    Health silent = Health.unreachable(Reachability.TIMEOUT, null);
    State state = State.fresh("uuid").withReported(assess(assessor, off, null, START));
    LoadHistory booted = LoadHistory.NONE.seen(START.wall(), "boot", "1", Grant.USER);
    Map<Integer, Health> looks =
        new TreeMap<>(Map.of(0, silent, 61, silent, 300, silent, 301, off));
    looks.putAll(Map.of(302, silent, 599, silent, 600, silent, 601, off, 661, off));
    List<String> reported = new ArrayList<>();
    for (Map.Entry<Integer, Health> look : looks.entrySet()) {
      Moment now = START.plus(Duration.ofSeconds(look.getKey()));
      Assessor.Assessment seen =
          assessor.assess(
              StatusSamples.seen(now.wall(), look.getValue(), StatusSamples.ACTIVE),
              booted,
              state,
              Settings.defaults(),
              AGENT,
              now);
      state = state.after(seen, booted, Settings.defaults());
      ChangedData news = state.news(seen).orElse(null);
      if (news != null) {
        reported.add(look.getKey() + " " + news.transition());
        state = state.withReported(news);
      }
    }
    assertEquals(List.of("600 CHANGED", "661 NEW"), reported);
  }

  private static Status silent(Assessor assessor, Status told, Moment now) {
    Health health = Health.unreachable(Reachability.DAEMON_UNREACHABLE, 3);
    return assess(assessor, health, told, now);
  }

  private static Status assess(Assessor assessor, Health health, Status told, Moment now) {
    State fresh = State.fresh("uuid");
    return assessor
        .assess(
            StatusSamples.seen(health, StatusSamples.ACTIVE),
            LoadHistory.NONE,
            told == null ? fresh : fresh.withReported(told),
            Settings.defaults(),
            AGENT,
            now)
        .status();
  }
}
