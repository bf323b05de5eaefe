package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.Permits;
import org.kextwatch.agent.daemon.Schedule.Look;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;

/** One full cycle, now, without a daemon; beside one, one look. */
public final class Check {
  private static final Duration DELIVERY = Duration.ofSeconds(10);

  private Check() {}

  /**
   * Checks this Mac.
   *
   * @param act whether the loader may run
   * @param report whether events are committed and their delivery is tried
   * @throws IOException if this Mac does not let the agent keep anything
   */
  public static Result run(SystemRoot root, boolean act, boolean report) throws IOException {
    LiveSettings live = new LiveSettings(root, Moment.now());
    Places places = Places.of(root);
    places.make(new Disk());
    Optional<InstanceLock> lock = InstanceLock.takeForCheck(places.lock());
    if (lock.isEmpty()) {
      return new Result(
          look(root, places, live.inForce()),
          List.of("the daemon is running: this is a look of its own, nothing was done or kept"));
    }
    try (InstanceLock held = lock.get()) {
      Agent agent = Agent.open(root, new ToolRunner(root), new Disk(), live, false);
      Status status = cycle(agent, new Permits(act && live.mayAct(), report));
      if (report) {
        status = deliver(agent, status);
        new StatusFile(root, new Disk()).write(status);
      }
      return new Result(status, List.of());
    }
  }

  /** What the loader did is looked at at once: that is what the caller came to see. */
  private static Status cycle(Agent agent, Permits permits) {
    Settings settings = agent.settings().inForce();
    Cycle.Result result = agent.cycle().run(Look.FULL, settings, permits, Moment.now());
    if (result.outcome() != null) {
      Look again = result.outcome() == Outcome.LOADED ? Look.FULL : Look.APPROVAL;
      Permits lookOnly = new Permits(false, permits.report());
      result = agent.cycle().run(again, settings, lookOnly, Moment.now());
    }
    return result.status();
  }

  /** The same status, with what has become of the delivery. */
  private static Status deliver(Agent agent, Status status) {
    agent.delivery().start();
    agent.delivery().stop(DELIVERY);
    AgentState before = status.agent();
    return status.with(
        agent
            .reporter()
            .agentState()
            .withoutWarnings()
            .with(before.warnings(), before.healthIntervalSeconds()));
  }

  /** Looks with the daemon's memory, and with its own word on itself. */
  private static Status look(SystemRoot root, Places places, Settings settings) {
    Moment now = Moment.now();
    ToolRunner tools = new ToolRunner(root);
    Observer observer =
        new Observer(root, tools, new ExtensionReader(root, tools), ZoneId.systemDefault());
    Hardware machine = observer.hardware(settings, now);
    State state = new StateFile(places.state(), new Disk()).load(machine.uuid()).state();
    Observer.Seen seen = observer.look(Look.FULL, settings, state, machine, now);
    return new Assessor()
        .assess(seen.observation(), seen.history(), state, settings, daemonState(root, now), now)
        .status();
  }

  /** Its warnings belong to its own looks. */
  private static AgentState daemonState(SystemRoot root, Moment now) {
    try {
      return StatusFile.read(root).agent().withoutWarnings();
    } catch (IOException e) {
      return new AgentState(Version.current(), now.wall(), 0, 0, 0, null, null, null, List.of(), 0);
    }
  }

  /**
   * What came of it.
   *
   * @param remarks for the terminal
   */
  public record Result(Status status, List<String> remarks) {}
}
