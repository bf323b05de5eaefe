package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.daemon.Plan.Stamps;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.StatusSamples;

/**
 * The looks of a Mac of a fleet in virtual time: the plan, the assessor and the state of the daemon
 * without disk and tools.
 */
public final class VirtualLooks {
  private static final Stamps UNCHANGED = new Stamps("", "");
  private static final Settings SETTINGS = Settings.defaults();
  private static final AgentState AGENT =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE).agent();

  private final List<News> news = new ArrayList<>();
  private final Assessor assessor = new Assessor();
  private State state = State.fresh("uuid");

  private VirtualLooks() {}

  /** An event that the daemon commits. */
  public record News(Duration at, EventType type) {}

  /**
   * What the daemon reports.
   *
   * @param start of the daemon, by the time of the fleet
   * @param health of Defender at a time of the fleet
   */
  public static List<News> between(
      Splay splay, Duration start, Duration end, Function<Duration, Health> health) {
    VirtualLooks looks = new VirtualLooks();
    looks.live(splay, start, end, health);
    return looks.news;
  }

  private void live(Splay splay, Duration start, Duration end, Function<Duration, Health> health) {
    Duration time = start;
    Plan plan = Plan.starting(moment(time), splay);
    while (time.compareTo(end) < 0) {
      Moment now = moment(time);
      plan = plan.check(now, UNCHANGED);
      @Nullable Scope due = plan.due();
      if (due != null) {
        Cycle.CycleResult result = look(health.apply(time), time, now);
        plan = plan.after(due, UNCHANGED, result, now);
      }
      time = time.plus(plan.schedule().nap(now).plusMillis(1));
    }
  }

  private Cycle.CycleResult look(Health health, Duration time, Moment now) {
    Assessment look =
        assessor.assess(
            StatusSamples.seen(now.wall(), health, StatusSamples.ACTIVE),
            LoadHistory.NONE,
            state,
            SETTINGS,
            AGENT,
            now);
    if (news.isEmpty()) {
      news.add(new News(time, EventType.AGENT_STARTED));
    }
    state = state.after(look, LoadHistory.NONE, SETTINGS);
    if (state.isGoodBeginning(look.status())) {
      state = state.withReported(look.status());
    }
    state
        .news(look)
        .ifPresent(
            change -> {
              news.add(new News(time, change.type()));
              state = state.withReported(change);
            });
    return new Cycle.CycleResult(
        look, null, state.lookAgainAt(now.wall(), SETTINGS.get(Keys.CONFIRM)), null);
  }

  private static Moment moment(Duration time) {
    return new Moment(StatusSamples.NOON.plus(time), time.toNanos());
  }
}
