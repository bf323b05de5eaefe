package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.agent.status.AgentState;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.webhook.Advice;
import org.kextwatch.agent.webhook.ClockSkew;
import org.kextwatch.agent.webhook.ReferencedFilesCheck;
import org.kextwatch.agent.webhook.WebhookSecret;

/** Checks whether the daemon is set up, runs and delivers. */
final class AgentChecks {
  /**
   * launchctl(1) leaves its codes to {@code launchctl error}; 113 is "Could not find service"
   * (belief:no-such-service).
   */
  private static final int NO_SUCH_SERVICE = 113;

  private static final Pattern SWITCH =
      Pattern.compile("\"" + Pattern.quote(AgentPaths.LABEL) + "\" => (\\w+)");

  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_SECRET_BYTES = 8 << 10;

  private static final String AS_ROOT = "Run: sudo kextwatch doctor";

  private final SystemRoot root;
  private final ToolRunner tools;
  private final ResolvedSettings settings;
  private final boolean mayReadAll;

  AgentChecks(SystemRoot root, ToolRunner tools, ResolvedSettings settings, boolean mayReadAll) {
    this.root = root;
    this.tools = tools;
    this.settings = settings;
    this.mayReadAll = mayReadAll;
  }

  List<DoctorCheck> all() {
    return List.of(
        new DoctorCheck("root", this::asRoot),
        new DoctorCheck("settings", this::settings),
        new DoctorCheck("webhook secret", this::secret),
        new DoctorCheck("endpoint", this::endpoint),
        new DoctorCheck("launchd job", this::job),
        new DoctorCheck("background item", this::backgroundItem),
        new DoctorCheck("daemon", this::daemon),
        new DoctorCheck("class-data archive", ArchiveCheck::run),
        new DoctorCheck("status", this::status),
        new DoctorCheck("clock", this::clock),
        new DoctorCheck("resources", this::resources));
  }

  private CheckResult asRoot() {
    return mayReadAll
        ? CheckResult.ok(root.isThisMac() ? "yes" : "not needed below " + root)
        : CheckResult.warn("not root, so some checks cannot be made", AS_ROOT);
  }

  /** Whether there are settings that this user may not read. */
  boolean settingsAreHidden() {
    Path file = root.resolve(AgentPaths.LOCAL_SETTINGS);
    return !mayReadAll && !Files.notExists(file) && !Files.isReadable(file);
  }

  private CheckResult settings() {
    if (settingsAreHidden()) {
      return CheckResult.cannotTell("this user may not read them", AS_ROOT);
    }
    if (settings.isRefused()) {
      return CheckResult.fail(
          String.join(" ", settings.problems()) + " " + String.join(" ", settings.warnings()),
          "Correct the file. The daemon reads it again within 30 seconds.");
    }
    List<String> flaws = flaws();
    if (!flaws.isEmpty()) {
      return CheckResult.fail(
          String.join("; ", flaws),
          "Fix the problem named above, then run: kextwatch config validate");
    }
    return settings.warnings().isEmpty()
        ? CheckResult.ok(
            mayReadAll ? "valid" : "valid; only root can check the files that they name")
        : CheckResult.warn(
            String.join(" ", settings.warnings()),
            areThere()
                ? "Correct it in the file. All other settings are in force."
                : "Write %s ({} is enough), or deploy the profile."
                    .formatted(AgentPaths.LOCAL_SETTINGS));
  }

  /** What is wrong with the files that settings name. The secret has its own check. */
  private List<String> flaws() {
    return mayReadAll
        ? ReferencedFilesCheck.flaws(settings.settings(), root).stream()
            .filter(flaw -> !flaw.startsWith("secretFile:"))
            .toList()
        : List.of();
  }

  private boolean areThere() {
    return Files.exists(root.resolve(AgentPaths.LOCAL_SETTINGS))
        || Files.exists(root.resolve(AgentPaths.MANAGED_SETTINGS));
  }

  private CheckResult secret() {
    Path file = root.resolve(settings.settings().get(Keys.SECRET_FILE));
    try {
      byte[] bytes = TrustedFile.readSecret(file, MAX_SECRET_BYTES);
      Optional<String> flaw = WebhookSecret.flaw(new String(bytes, StandardCharsets.UTF_8));
      return flaw.map(
              what ->
                  CheckResult.fail(
                      "%s holds no webhook secret: it is %s".formatted(file, what),
                      "Write whsec_ and the base64 of 24 to 64 random bytes into it."))
          .orElseGet(() -> CheckResult.ok("well-formed, and only root can read it"));
    } catch (NoSuchFileException e) {
      return settings.settings().hasEndpoint()
          ? CheckResult.fail(
              file + " is not there",
              "Run: sudo '%s' --secret-file FILE".formatted(AgentPaths.INSTALLER))
          : CheckResult.warn(file + " is not there", "It is needed as soon as an endpoint is set.");
    } catch (AccessDeniedException e) {
      return CheckResult.cannotTell("this user may not read it", AS_ROOT);
    } catch (RefusedPathException e) {
      return CheckResult.fail(
          e.reason(), "Run the command named above. If others could read the secret, replace it.");
    } catch (IOException e) {
      return CheckResult.fail(
          file + " cannot be read: " + e.getClass().getSimpleName(),
          "Check the file and its disk.");
    }
  }

  private CheckResult endpoint() {
    if (settings.settings().hasEndpoint()) {
      String error = agent().map(AgentState::lastDeliveryError).orElse(null);
      return error == null
          ? CheckResult.ok("set (to try it: kextwatch webhook test)")
          : CheckResult.warn(
              "set, but the last delivery failed: " + error, Advice.afterError(error));
    }
    return settingsAreHidden()
        ? CheckResult.cannotTell("this user may not read the settings", AS_ROOT)
        : CheckResult.warn("none is set, so no events are sent", "Set endpoint or endpointFile.");
  }

  private CheckResult job() {
    ToolRun run =
        tools.run(Tool.LAUNCHCTL, TIMEOUT, List.of("print", "system/" + AgentPaths.LABEL));
    if (run instanceof ToolRun.Finished finished) {
      return switch (finished.exitCode()) {
        case 0 -> CheckResult.ok("launchd knows " + AgentPaths.LABEL);
        case NO_SUCH_SERVICE ->
            CheckResult.fail("launchd does not know " + AgentPaths.LABEL, FolderChecks.REPAIR);
        default ->
            CheckResult.cannotTell(
                "launchctl ended with " + finished.exitCode(),
                mayReadAll ? "Run: launchctl print system/" + AgentPaths.LABEL : AS_ROOT);
      };
    }
    return CheckResult.cannotTell("launchctl gave no answer", "See tool launchctl below.");
  }

  /**
   * A background item that is switched off in System Settings has a disabled label, as after {@code
   * launchctl disable}. A disabled label is listed as {@code true} up to macOS 12, then as {@code
   * disabled} (github.com/usnistgov/macos_security/issues/167; belief:switched-off-label).
   */
  private CheckResult backgroundItem() {
    ToolRun run = tools.run(Tool.LAUNCHCTL, TIMEOUT, List.of("print-disabled", "system"));
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return switchIsHidden();
    }
    return switched(finished.stdout());
  }

  /** Of what {@code launchctl print-disabled} prints. */
  static CheckResult switched(String printed) {
    Matcher listed = SWITCH.matcher(printed);
    if (!listed.find()) {
      return printed.contains("disabled services")
          ? CheckResult.ok("it was never switched off")
          : switchIsHidden();
    }
    return switch (listed.group(1)) {
      case "false", "enabled" -> CheckResult.ok("it is switched on");
      case "true", "disabled" ->
          CheckResult.fail(
              "it is switched off",
              "Switch it on in System Settings > General > Login Items; the background item profile"
                  + " locks it. Or: "
                  + FolderChecks.REPAIR);
      default -> switchIsHidden();
    };
  }

  private static CheckResult switchIsHidden() {
    return CheckResult.cannotTell(
        "launchctl does not show whether it is switched off",
        "See System Settings > General > Login Items (from macOS 13).");
  }

  private CheckResult daemon() {
    return InstanceLock.isHeld(root)
        .map(
            isHeld ->
                isHeld
                    ? CheckResult.ok("it is running")
                    : CheckResult.fail("it is not running", FolderChecks.REPAIR))
        .orElseGet(() -> CheckResult.cannotTell("only root can see whether it runs", AS_ROOT));
  }

  private CheckResult status() {
    Status status;
    try {
      status = StatusFile.read(root);
    } catch (NoSuchFileException e) {
      return CheckResult.fail("there is none", "Start the daemon, or run: sudo kextwatch check");
    } catch (IOException e) {
      return CheckResult.fail(
          "it is not trusted: " + e.getMessage(),
          "If a command is named above, run it. Then run: sudo kextwatch check");
    }
    Instant now = Instant.now();
    String age = "seen " + Age.text(status.observedAt(), now);
    if (status.isStale(now)) {
      return CheckResult.fail(age, "The daemon seems not to run: see the check 'launchd job'.");
    }
    return status.agent().warnings().isEmpty()
        ? CheckResult.ok(age)
        : CheckResult.warn(
            String.join(" ", status.agent().warnings()), "Fix the problem named above.");
  }

  private CheckResult clock() {
    Long skew = agent().map(AgentState::clockSkewSeconds).orElse(null);
    if (skew == null) {
      return CheckResult.cannotTell(
          "no event was delivered yet, so there is no time to compare with", "");
    }
    ClockSkew clock = new ClockSkew(skew);
    if (clock.breaksSignatures()) {
      return CheckResult.fail(
          clock.words(),
          "Receivers refuse such events. Set the clock (System Preferences > Date & Time).");
    }
    return clock.isUnusual()
        ? CheckResult.warn(clock.words(), "Let macOS set the clock automatically.")
        : CheckResult.ok(clock.words());
  }

  private CheckResult resources() {
    return lastStatus()
        .map(ResourceCheck::of)
        .orElseGet(() -> CheckResult.cannotTell("there is no status yet", "See status above."));
  }

  /** The agent's part of the last status. */
  private Optional<AgentState> agent() {
    return lastStatus().map(Status::agent);
  }

  private Optional<Status> lastStatus() {
    try {
      return Optional.of(StatusFile.read(root));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
