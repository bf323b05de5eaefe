package org.kextwatch.agent.health;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.DefenderProgram;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/**
 * Asks Defender for its health: finds the file behind {@code mdatp}, verifies that it is signed by
 * Microsoft and that only root can replace it, runs it and parses what it prints. Normally that is
 * one run, because the command that this mdatp understands and its verified signature are
 * remembered until the file changes. Not thread-safe.
 *
 * <p>macOS shows no permission prompt for that (belief:no-privacy-prompt).
 */
public final class HealthCheck {
  private final SystemRoot root;
  private final ToolRunner tools;
  private final CodeSignature signature;
  private @Nullable WorkingCommand working;

  /** The command that this mdatp has answered. */
  private record WorkingCommand(FileStamp mdatp, HealthCommand command) {}

  public HealthCheck(SystemRoot root, ToolRunner tools) {
    this.root = root;
    this.tools = tools;
    this.signature = new CodeSignature(tools);
  }

  /**
   * Asks once. Every failure is a value. Each run may take the tool timeout of the settings, and
   * all runs together twice that, plus the seconds that ending a tool may take. Defender's ids are
   * in the result only if the settings let them leave the Mac.
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
    TimeBudget budget = TimeBudget.start(settings.get(Keys.TOOL_TIMEOUT));
    Reachability refusal = signature.refusal(mdatp.identity(), budget.next());
    if (refusal != null) {
      return Health.unreachable(refusal, null);
    }
    Health health = ask(mdatp, budget);
    return settings.get(Keys.DEFENDER_IDS) ? health : health.with(null);
  }

  /** Tries one command after the other, until the answer has a known field or a known failure. */
  private Health ask(DefenderProgram mdatp, TimeBudget budget) {
    Health health = Health.unreachable(Reachability.UNPARSABLE, null);
    for (HealthCommand command : commands(mdatp.identity())) {
      Duration time = budget.next();
      if (time.isZero()) {
        return Health.unreachable(Reachability.TIMEOUT, null);
      }
      health = HealthParser.of(tools.run(mdatp, time, command.arguments()));
      if (health.reachability() == Reachability.OK) {
        working = new WorkingCommand(mdatp.identity(), command);
      }
      if (health.reachability() != Reachability.UNPARSABLE) {
        return health;
      }
    }
    return health;
  }

  private List<HealthCommand> commands(FileStamp identity) {
    List<HealthCommand> commands = new ArrayList<>(List.of(HealthCommand.values()));
    if (working != null && working.mdatp().equals(identity)) {
      commands.remove(working.command());
      commands.add(0, working.command());
    }
    return commands;
  }
}
