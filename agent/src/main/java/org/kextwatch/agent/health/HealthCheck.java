package org.kextwatch.agent.health;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.DefenderProgram;
import org.kextwatch.agent.mac.FileIdentity;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/**
 * Asks Defender for its health: finds the file behind {@code mdatp}, verifies that it is
 * Microsoft's and that nobody else could exchange it, runs it and reads what it prints. Normally
 * that is one run, because the way of asking that an mdatp understands and its good signature are
 * remembered until it changes. For one thread.
 *
 * <p>macOS asks nobody for a permission because of that (belief:no-privacy-prompt).
 */
public final class HealthCheck {
  private final SystemRoot root;
  private final ToolRunner tools;
  private final CodeSignature signature;
  private @Nullable Understood understood;

  /** What this very mdatp answered to. */
  private record Understood(FileIdentity mdatp, HealthCommand question) {}

  public HealthCheck(SystemRoot root, ToolRunner tools) {
    this.root = root;
    this.tools = tools;
    this.signature = new CodeSignature(tools);
  }

  /**
   * One look. Every failure is a value. Each run gets the settings' tool timeout at most and all of
   * them together twice that, besides the seconds that killing a tool may take. Defender's ids are
   * told only if the settings let them leave the Mac.
   */
  public Health check(Settings settings) {
    DefenderProgram mdatp;
    try {
      mdatp = DefenderProgram.find(root);
    } catch (NoSuchFileException e) {
      return Health.unreachable(Reachability.NOT_INSTALLED, null);
    }
    if (!Files.isRegularFile(mdatp.file()) || !Files.isExecutable(mdatp.file())) {
      return Health.unreachable(Reachability.NOT_EXECUTABLE, null);
    }
    try {
      mdatp.check();
    } catch (RefusedPathException e) {
      return Health.unreachable(Reachability.NOT_TRUSTED, null);
    }
    TimeBudget budget = TimeBudget.start(settings.intervals().toolTimeout());
    Reachability refusal = signature.refusal(mdatp.identity(), budget.next());
    if (refusal != null) {
      return Health.unreachable(refusal, null);
    }
    Health health = ask(mdatp, budget);
    return settings.includeDefenderIds() ? health : health.with(null);
  }

  /** Asks in one way after the other, until an answer is more than words without meaning. */
  private Health ask(DefenderProgram mdatp, TimeBudget budget) {
    Health health = Health.unreachable(Reachability.UNPARSABLE, null);
    for (HealthCommand question : questions(mdatp.identity())) {
      Duration time = budget.next();
      if (time.isZero()) {
        return Health.unreachable(Reachability.TIMEOUT, null);
      }
      health = HealthParser.of(tools.run(mdatp, time, question.arguments()));
      if (health.reachability() == Reachability.OK) {
        understood = new Understood(mdatp.identity(), question);
      }
      if (health.reachability() != Reachability.UNPARSABLE) {
        return health;
      }
    }
    return health;
  }

  private List<HealthCommand> questions(FileIdentity identity) {
    List<HealthCommand> questions = new ArrayList<>(List.of(HealthCommand.values()));
    if (understood != null && understood.mdatp().equals(identity)) {
      questions.remove(understood.question());
      questions.add(0, understood.question());
    }
    return questions;
  }
}
