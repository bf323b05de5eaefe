package org.kextwatch.agent.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.doctor.DoctorCheck.Said;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;

/** Whether this Mac can be watched: every checkup, in a bounded time, changing nothing. */
public final class Doctor {
  private static final Duration AT_MOST = Duration.ofSeconds(60);

  private Doctor() {}

  /**
   * Examines a Mac.
   *
   * @param isAllowed whether this program may read what only root may
   */
  public static Report examine(SystemRoot root, boolean isAllowed) {
    ResolvedSettings reading = new SettingsReader(root).read();
    ToolRunner tools = new ToolRunner(root);
    AgentChecks agent = new AgentChecks(root, tools, reading, isAllowed);
    List<DoctorCheck> all = new ArrayList<>(agent.all());
    all.addAll(new FolderChecks(root, tools).all());
    all.addAll(new DefenderChecks(root, tools, reading.settings(), isAllowed).all());
    List<Finding> findings = run(all, AT_MOST);
    tools.stop();
    return new Report(findings, reading.isRefused() && !agent.settingsAreHidden());
  }

  /** One after the other; when the time is over, the rest cannot be told. */
  static List<Finding> run(List<DoctorCheck> checkups, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    List<Finding> findings = new ArrayList<>();
    for (DoctorCheck checkup : checkups) {
      findings.add(run(checkup, end - System.nanoTime()));
    }
    return findings;
  }

  private static Finding run(DoctorCheck checkup, long nanos) {
    FutureTask<Finding> task = new FutureTask<>(checkup::find);
    Thread thread = new Thread(task, "checkup");
    thread.setDaemon(true);
    if (nanos > 0) {
      thread.start();
    }
    try {
      return task.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      thread.interrupt();
      return Said.cannotTell("there was no time left", "Try again.").about(checkup.name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Said.cannotTell("it was interrupted", "").about(checkup.name());
    }
  }

  /**
   * What was found.
   *
   * @param settingsRefused whether a settings file is there that must not be followed
   */
  public record Report(List<Finding> findings, boolean settingsRefused) {
    public boolean hasFailed() {
      return findings.stream().anyMatch(finding -> finding.mark() == Mark.FAIL);
    }
  }
}
