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
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.doctor.DoctorCheck.Said;
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

/** Whether the daemon is set up, runs, and gets through. */
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
  private final ResolvedSettings reading;
  private final boolean isAllowed;

  AgentChecks(SystemRoot root, ToolRunner tools, ResolvedSettings reading, boolean isAllowed) {
    this.root = root;
    this.tools = tools;
    this.reading = reading;
    this.isAllowed = isAllowed;
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
        new DoctorCheck("status", this::status),
        new DoctorCheck("clock", this::clock));
  }

  private Said asRoot() {
    return isAllowed
        ? Said.ok(root.isThisMac() ? "yes" : "not needed below " + root)
        : Said.warn("not root, so some checks cannot tell", AS_ROOT);
  }

  /** Whether settings are there that this user may not see. */
  boolean settingsAreHidden() {
    Path file = root.resolve(AgentPaths.LOCAL_SETTINGS);
    return !isAllowed && !Files.notExists(file) && !Files.isReadable(file);
  }

  private Said settings() {
    if (settingsAreHidden()) {
      return Said.cannotTell("they are not for this user to read", AS_ROOT);
    }
    if (reading.isRefused()) {
      return Said.fail(
          String.join(" ", reading.problems()) + " " + String.join(" ", reading.warnings()),
          "Correct the file; the daemon re-reads it.");
    }
    List<String> flaws = flaws();
    if (!flaws.isEmpty()) {
      return Said.fail(
          String.join("; ", flaws),
          "Put right what is named; kextwatch config validate looks at it again.");
    }
    return reading.warnings().isEmpty()
        ? Said.ok(
            isAllowed ? "they are good" : "they are good; only root sees the files that they name")
        : Said.warn(
            String.join(" ", reading.warnings()),
            areThere()
                ? "Correct that in the file; the rest of it is followed."
                : "Write %s ({} is enough), or deploy the profile."
                    .formatted(AgentPaths.LOCAL_SETTINGS));
  }

  /** What is wrong with the files that they name. The secret has a check of its own. */
  private List<String> flaws() {
    return isAllowed
        ? ReferencedFilesCheck.flaws(reading.settings().webhook(), root).stream()
            .filter(flaw -> !flaw.startsWith("secretFile:"))
            .toList()
        : List.of();
  }

  private boolean areThere() {
    return Files.exists(root.resolve(AgentPaths.LOCAL_SETTINGS))
        || Files.exists(root.resolve(AgentPaths.MANAGED_SETTINGS));
  }

  private Said secret() {
    Settings.Webhook webhook = reading.settings().webhook();
    Path file = root.resolve(webhook.secretFile());
    try {
      byte[] bytes = TrustedFile.readSecret(file, MAX_SECRET_BYTES);
      Optional<String> flaw = WebhookSecret.flaw(new String(bytes, StandardCharsets.UTF_8));
      return flaw.map(
              what ->
                  Said.fail(
                      "%s holds no webhook secret: it is %s".formatted(file, what),
                      "Write whsec_ and the base64 of 24 to 64 random bytes into it."))
          .orElseGet(() -> Said.ok("well-formed, and for root alone"));
    } catch (NoSuchFileException e) {
      return reading.settings().webhook().hasEndpoint()
          ? Said.fail(file + " is not there", "Run install.sh --secret-file FILE.")
          : Said.warn(file + " is not there", "It is needed as soon as an endpoint is set.");
    } catch (AccessDeniedException e) {
      return Said.cannotTell("it is not for this user to read", AS_ROOT);
    } catch (RefusedPathException e) {
      return Said.fail(e.reason(), "Do as it says, and if others could read it, rotate it.");
    } catch (IOException e) {
      return Said.fail(file + " cannot be read: " + e.getClass().getSimpleName(), "Check it.");
    }
  }

  private Said endpoint() {
    if (reading.settings().webhook().hasEndpoint()) {
      String error = agent().map(AgentState::lastDeliveryError).orElse(null);
      return error == null
          ? Said.ok("set (what gets through: kextwatch webhook test)")
          : Said.warn("set, but the last delivery failed: " + error, Advice.afterError(error));
    }
    return settingsAreHidden()
        ? Said.cannotTell("the settings are not for this user to read", AS_ROOT)
        : Said.warn("none is set, so nobody is told", "Set endpoint or endpointFile.");
  }

  private Said job() {
    ToolRun run =
        tools.run(Tool.LAUNCHCTL, TIMEOUT, List.of("print", "system/" + AgentPaths.LABEL));
    if (run instanceof ToolRun.Finished finished) {
      return switch (finished.exitCode()) {
        case 0 -> Said.ok("launchd knows " + AgentPaths.LABEL);
        case NO_SUCH_SERVICE ->
            Said.fail(
                "launchd does not know " + AgentPaths.LABEL,
                "Run install.sh, or: sudo launchctl bootstrap system " + AgentPaths.LAUNCHD_JOB);
        default ->
            Said.cannotTell(
                "launchctl ended with " + finished.exitCode(),
                isAllowed
                    ? "See what it says: launchctl print system/" + AgentPaths.LABEL
                    : AS_ROOT);
      };
    }
    return Said.cannotTell("launchctl gave no answer", "See tool launchctl below.");
  }

  /**
   * Whoever switches a background item off disables its label, as {@code launchctl disable} does. A
   * disabled label is listed as {@code true} up to macOS 12, then as {@code disabled}
   * (github.com/usnistgov/macos_security/issues/167; belief:switched-off-label).
   */
  private Said backgroundItem() {
    ToolRun run = tools.run(Tool.LAUNCHCTL, TIMEOUT, List.of("print-disabled", "system"));
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return switchIsHidden();
    }
    Matcher listed = SWITCH.matcher(finished.stdout());
    if (!listed.find()) {
      return finished.stdout().contains("disabled services")
          ? Said.ok("nobody has switched it")
          : switchIsHidden();
    }
    return switch (listed.group(1)) {
      case "false", "enabled" -> Said.ok("it is switched on");
      case "true", "disabled" ->
          Said.fail(
              "it is switched off",
              "Switch it on in System Settings > General > Login Items, or run install.sh; the"
                  + " background item profile locks it.");
      default -> switchIsHidden();
    };
  }

  private static Said switchIsHidden() {
    return Said.cannotTell(
        "launchctl does not tell whether it is switched off",
        "See System Settings > General > Login Items (from macOS 13).");
  }

  private Said daemon() {
    return InstanceLock.isHeld(root)
        .map(
            isHeld ->
                isHeld
                    ? Said.ok("it is running")
                    : Said.fail(
                        "it is not running",
                        "Run: sudo launchctl kickstart system/%s (or install.sh, if launchd does"
                                .formatted(AgentPaths.LABEL)
                            + " not know it)"))
        .orElseGet(() -> Said.cannotTell("only root can see whether it runs", AS_ROOT));
  }

  private Said status() {
    Status status;
    try {
      status = StatusFile.read(root);
    } catch (NoSuchFileException e) {
      return Said.fail("there is none", "Start the daemon, or run: sudo kextwatch check");
    } catch (IOException e) {
      return Said.fail(
          "it cannot be believed: " + e.getMessage(),
          "If that names a command, run it. Then the daemon, or sudo kextwatch check, writes it.");
    }
    Instant now = Instant.now();
    String age = "seen " + Age.text(status.observedAt(), now);
    if (status.isStale(now)) {
      return Said.fail(age, "The daemon does not seem to run: see the launchd job.");
    }
    return status.agent().warnings().isEmpty()
        ? Said.ok(age)
        : Said.warn(String.join(" ", status.agent().warnings()), "Mend what it names.");
  }

  private Said clock() {
    Long skew = agent().map(AgentState::clockSkewSeconds).orElse(null);
    if (skew == null) {
      return Said.cannotTell("nothing was delivered yet, so there is nothing to compare with", "");
    }
    ClockSkew clock = new ClockSkew(skew);
    if (clock.breaksSignatures()) {
      return Said.fail(
          clock.words(), "Receivers refuse that: set the clock (System Preferences > Date).");
    }
    return clock.isUnusual()
        ? Said.warn(clock.words(), "Let macOS set the clock by itself.")
        : Said.ok(clock.words());
  }

  /** What the last status says of the daemon. */
  private Optional<AgentState> agent() {
    try {
      return Optional.of(StatusFile.read(root).agent());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
