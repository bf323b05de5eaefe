package org.kextwatch.agent.remedy;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.remedy.LoaderText.Statement;
import org.kextwatch.agent.remedy.LoaderText.Statement.About;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/**
 * Classifies a run of kextutil, by its output first and its exit code second. The code 27 is only
 * the first failure, so a kext that is both unsigned and not approved ends with 27 too (kext_tools,
 * security.c); and from macOS 11 the code is that of kmutil (belief:loader-exit-codes).
 */
final class Classification {
  private static final Set<Symptom> BEFORE_POLICY =
      EnumSet.range(Symptom.SIGNATURE, Symptom.UNSIGNED);
  private static final Set<Symptom> BEFORE_POLICY_IF_TOLERATED =
      EnumSet.range(Symptom.SIGNATURE, Symptom.EXCLUSION);
  private static final Set<Symptom> AFTER_RESTART =
      EnumSet.of(Symptom.OTHER_VERSION, Symptom.ARCHITECTURE, Symptom.NOT_ROOT);
  private static final Set<About> OURS = EnumSet.of(About.OURS);
  private static final Set<About> NOT_OTHERS = EnumSet.of(About.OURS, About.NO_KEXT);
  private static final Set<About> ALL = EnumSet.allOf(About.class);

  private final int exitCode;
  private final KernelEntry after;
  private final List<Statement> statements;
  private final Set<Symptom> beforePolicy;
  private final boolean isShim;

  private Classification(ToolRun.Finished run, KernelEntry after, WatchedExtension watched) {
    String output = run.stderr() + "\n" + run.stdout();
    this.exitCode = run.exitCode();
    this.after = after;
    this.statements = new LoaderText(watched).statements(output);
    this.beforePolicy =
        statements.stream().anyMatch(Symptom::toleratesSignature)
            ? BEFORE_POLICY_IF_TOLERATED
            : BEFORE_POLICY;
    this.isShim = output.contains("/usr/bin/kmutil") || output.contains("KMErrorDomain");
  }

  /**
   * Classifies a run.
   *
   * @param at when it began
   * @param after the kernel's list after the run
   */
  static Attempt of(Instant at, ToolRun run, KernelEntry after, WatchedExtension watched) {
    if (run instanceof ToolRun.Finished finished) {
      Match finding = new Classification(finished, after, watched).finding();
      return new Attempt(at, finding.outcome(), finished.exitCode(), Detail.of(finding.text()));
    }
    if (run instanceof ToolRun.NotRun notRun) {
      boolean isCancelled =
          notRun.cause() == ToolRun.FailureCause.INTERRUPTED; // no fault of the Mac
      Outcome outcome = isCancelled ? Outcome.TIMEOUT : Outcome.FAILED;
      return new Attempt(at, outcome, null, Detail.of(notRun.detail()));
    }
    return new Attempt(at, Outcome.TIMEOUT, null, "kextutil did not end in time");
  }

  private record Match(Outcome outcome, String text) {}

  private Match finding() {
    if (exitCode == 0 && after.isLoaded()) {
      return new Match(Outcome.LOADED, "");
    }
    return find(beforePolicy, OURS)
        .or(() -> find(EnumSet.of(Symptom.POLICY), NOT_OTHERS))
        .or(() -> byCode(27, Outcome.POLICY_BLOCKED))
        .or(() -> find(EnumSet.of(Symptom.RESTART), NOT_OTHERS))
        .or(() -> byCode(28, Outcome.RESTART_REQUIRED))
        .or(() -> byCode(0, after.loaded() == null ? Outcome.LOADED : Outcome.LOADED_NOTHING))
        .or(() -> find(AFTER_RESTART, NOT_OTHERS))
        .or(() -> byCode(77, Outcome.NOT_ROOT))
        .or(() -> find(EnumSet.of(Symptom.KERNEL), OURS).map(any -> failed()))
        .or(() -> find(EnumSet.of(Symptom.NOT_FOUND), OURS))
        .or(() -> byCode(66, Outcome.NOT_FOUND))
        .or(() -> find(beforePolicy, NOT_OTHERS))
        .or(() -> isShim ? Optional.empty() : byCode(1, Outcome.NOT_FOUND))
        .or(this::foreign)
        .orElseGet(this::failed);
  }

  private Match failed() {
    return new Match(Outcome.FAILED, lastSentence());
  }

  private Optional<Match> find(Set<Symptom> symptoms, Set<About> about) {
    for (Symptom symptom : symptoms) {
      for (Statement statement : statements) {
        if (about.contains(statement.about()) && symptom.isIn(statement)) {
          return Optional.of(new Match(symptom.outcome(), statement.text()));
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Match> byCode(int code, Outcome outcome) {
    return exitCode == code
        ? Optional.of(new Match(outcome, code == 0 ? "" : lastSentence()))
        : Optional.empty();
  }

  private Optional<Match> foreign() {
    return statements.stream().anyMatch(statement -> statement.about() == About.OURS)
        ? Optional.empty()
        : find(EnumSet.of(Symptom.ANY_FAILURE), EnumSet.of(About.OTHERS));
  }

  /** The last statement about our kext, else the last that names no kext, else the last. */
  private String lastSentence() {
    return last(OURS)
        .or(() -> last(NOT_OTHERS))
        .or(() -> last(ALL))
        .map(Statement::text)
        .orElse("");
  }

  private Optional<Statement> last(Set<About> about) {
    return statements.stream()
        .filter(statement -> !statement.isHeading() && about.contains(statement.about()))
        .reduce((first, second) -> second);
  }
}
