package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;

/** Runs one full cycle without a daemon. While a daemon runs, it only looks. */
public final class Check {
  private static final Duration DELIVERY = Duration.ofSeconds(10);

  private Check() {}

  /**
   * Checks this Mac.
   *
   * @param act whether the loader may run
   * @param report whether events are committed and their delivery is tried
   * @throws IOException if the agent cannot save anything on this Mac
   */
  public static Result run(SystemRoot root, boolean act, boolean report) throws IOException {
    LiveSettings live = new LiveSettings(root, Moment.now());
    new Disk().makePrivateFolder(root.resolve(AgentPaths.STATE_FOLDER));
    Optional<InstanceLock> lock = InstanceLock.takeForCheck(root.resolve(AgentPaths.LOCK));
    if (lock.isEmpty()) {
      return new Result(
          PassiveLook.at(root, new ToolRunner(root), live.inForce()).status(),
          List.of("the daemon is running: this is a separate look, and nothing was done or saved"));
    }
    try (InstanceLock held = lock.get()) {
      Agent agent = Agent.open(root, new ToolRunner(root), new Disk(), live, false);
      Status status = cycle(agent, new CycleOptions(act && live.mayAct(), report));
      if (report) {
        status = deliver(agent, status);
        new StatusFile(root, new Disk()).write(status);
      }
      return new Result(status, List.of());
    }
  }

  /** If the loader ran, looks again at once, so that the caller sees its effect. */
  private static Status cycle(Agent agent, CycleOptions permits) {
    Settings settings = agent.settings().inForce();
    Cycle.CycleResult result = agent.cycle().run(Scope.FULL, settings, permits, Moment.now());
    if (result.outcome() != null) {
      Scope again = result.outcome() == Outcome.LOADED ? Scope.FULL : Scope.APPROVAL;
      CycleOptions lookOnly = new CycleOptions(false, permits.report());
      result = agent.cycle().run(again, settings, lookOnly, Moment.now());
    }
    return result.status();
  }

  /** The same status with the result of the delivery. */
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

  /**
   * The result of a check.
   *
   * @param remarks for the terminal
   */
  public record Result(Status status, List<String> remarks) {}
}
