package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.ZoneId;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Status;

/**
 * One look beside the daemon, with the daemon's state, that changes nothing and gives the result
 * that the daemon would have.
 */
public record PassiveLook(Observation seen, Status status) {

  public static PassiveLook at(SystemRoot root, ToolRunner tools, Settings settings) {
    Moment now = Moment.now();
    MacProbe observer =
        new MacProbe(root, tools, new ExtensionReader(root, tools), ZoneId.systemDefault());
    Hardware machine = observer.hardware(settings, now);
    State state =
        new StateFile(root.resolve(AgentPaths.STATE), new Disk()).load(machine.uuid()).state();
    MacProbe.Snapshot seen = observer.look(Scope.FULL, settings, state, machine, now);
    Status status =
        new Assessor()
            .assess(
                seen.observation(), seen.history(), state, settings, daemonState(root, now), now)
            .status();
    return new PassiveLook(seen.observation(), status);
  }

  /** The daemon's part of its last status, without its warnings. */
  private static AgentState daemonState(SystemRoot root, Moment now) {
    try {
      return StatusFile.read(root).agent().withoutWarnings();
    } catch (IOException e) {
      return AgentState.quiet(Version.current(), now.wall(), 0);
    }
  }
}
