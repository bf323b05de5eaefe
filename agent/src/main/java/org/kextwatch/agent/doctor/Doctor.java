package org.kextwatch.agent.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;

/** Checks in a bounded time, and without a change, whether this Mac can be watched. */
public final class Doctor {
  private static final Duration AT_MOST = Duration.ofSeconds(60);

  private Doctor() {}

  /**
   * Runs all checks.
   *
   * @param mayReadAll whether this program may read what only root may read
   */
  public static Report examine(SystemRoot root, boolean mayReadAll) {
    return examine(root, mayReadAll, check -> true);
  }

  static Report examine(SystemRoot root, boolean mayReadAll, Predicate<DoctorCheck> which) {
    ResolvedSettings settings = new SettingsReader(root).read();
    ToolRunner tools = new ToolRunner(root);
    AgentChecks agent = new AgentChecks(root, tools, settings, mayReadAll);
    List<DoctorCheck> all = new ArrayList<>(agent.all());
    all.addAll(new FolderChecks(root, tools).all());
    all.addAll(new DefenderChecks(root, tools, settings.settings(), mayReadAll).all());
    List<Finding> findings = run(all.stream().filter(which).toList(), AT_MOST);
    tools.stop();
    return new Report(findings, settings.isRefused() && !agent.settingsAreHidden());
  }

  /** Runs them one by one; a check that has no time left has the mark {@link Mark#CANNOT_TELL}. */
  static List<Finding> run(List<DoctorCheck> checks, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    List<Finding> findings = new ArrayList<>();
    for (DoctorCheck check : checks) {
      findings.add(run(check, end - System.nanoTime()));
    }
    return findings;
  }

  private static Finding run(DoctorCheck check, long nanos) {
    FutureTask<Finding> task = new FutureTask<>(check::run);
    Thread thread = new Thread(task, "doctor");
    thread.setDaemon(true);
    if (nanos > 0) {
      thread.start();
    }
    try {
      return task.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      thread.interrupt();
      return CheckResult.cannotTell("there was no time left", "Try again.").about(check.name());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CheckResult.cannotTell("the check was interrupted", "").about(check.name());
    }
  }

  /**
   * The findings.
   *
   * @param settingsRefused whether a settings file was refused
   */
  public record Report(List<Finding> findings, boolean settingsRefused) {
    public boolean hasFailed() {
      return findings.stream().anyMatch(finding -> finding.mark() == Mark.FAIL);
    }
  }
}
