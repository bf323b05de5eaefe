package org.kextwatch.agent.doctor;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.PassiveLook;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.DefenderProgram;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.SystemExtension;
import org.kextwatch.agent.status.Verdict;

/** Checks macOS, its tools, Defender and its extension. */
final class DefenderChecks {
  private static final String REINSTALL = "Install Microsoft Defender again.";
  private static final String AS_ROOT = "Run: sudo kextwatch doctor";

  private final SystemRoot root;
  private final ToolRunner tools;
  private final boolean mayReadAll;
  private final Supplier<PassiveLook> look;

  /**
   * Makes the checks; nothing runs yet.
   *
   * @param mayReadAll whether this program may read what only root may read
   */
  DefenderChecks(SystemRoot root, ToolRunner tools, Settings settings, boolean mayReadAll) {
    this.root = root;
    this.tools = tools;
    this.mayReadAll = mayReadAll;
    this.look = once(() -> PassiveLook.at(root, tools, settings));
  }

  List<DoctorCheck> all() {
    List<DoctorCheck> all = new ArrayList<>();
    all.add(new DoctorCheck("macOS", this::macOs));
    for (Tool tool : Tool.values()) {
      all.add(new DoctorCheck("tool " + EnumWord.of(tool), () -> tool(tool)));
    }
    all.add(new DoctorCheck("Defender's signature", this::signature));
    all.add(new DoctorCheck("Defender's daemon", this::defender));
    all.add(new DoctorCheck("approval database", this::database));
    all.add(new DoctorCheck("extension", this::extensionState));
    all.add(new DoctorCheck("managed policies", this::policies));
    all.add(new DoctorCheck("extension lock", () -> ExtensionLockCheck.of(look.get().seen())));
    all.add(new DoctorCheck("user", this::user));
    all.add(new DoctorCheck("protection", this::protection));
    return all;
  }

  private CheckResult macOs() {
    return MacVersion.of(root)
        .map(version -> CheckResult.ok("%s (%s)".formatted(version.text(), version.build())))
        .orElseGet(
            () ->
                CheckResult.fail(
                    "its version cannot be read",
                    "Is " + root + " the root of a Mac? Check --root."));
  }

  private CheckResult tool(Tool tool) {
    return tools
        .refusal(tool)
        .map(
            refusal -> {
              if (refusal.cause() == ToolRun.FailureCause.NOT_TRUSTED) {
                return CheckResult.fail(
                    refusal.detail(), "Fix that, and find out who has changed it.");
              }
              if (isNeeded(tool)) {
                return CheckResult.fail(refusal.detail(), remedy(tool));
              }
              return tool == Tool.SYSTEMEXTENSIONSCTL && isBeforeCatalina()
                  ? CheckResult.ok("not needed: this macOS has no system extensions")
                  : CheckResult.warn(
                      refusal.detail(),
                      "What it would show is unknown. It is a part of macOS: restore it.");
            })
        .orElseGet(() -> CheckResult.ok(tool.macPath()));
  }

  private boolean isBeforeCatalina() {
    return MacVersion.of(root).map(MacVersion::isBeforeCatalina).orElse(false);
  }

  private static boolean isNeeded(Tool tool) {
    return switch (tool) {
      case MDATP, CODESIGN, SQLITE3, KEXTUTIL, KEXTSTAT -> true;
      default -> false;
    };
  }

  private static String remedy(Tool tool) {
    return tool == Tool.MDATP
        ? "Install Microsoft Defender for Endpoint, or remove Kextwatch from this Mac."
        : "It is a part of macOS: restore it, or reinstall macOS.";
  }

  private CheckResult signature() {
    return switch (health().reachability()) {
      case NOT_INSTALLED ->
          CheckResult.fail("there is no " + Tool.MDATP.macPath(), remedy(Tool.MDATP));
      case NOT_TRUSTED -> notTrusted();
      case NOT_EXECUTABLE -> CheckResult.fail("mdatp cannot be executed", REINSTALL);
      case TIMEOUT -> CheckResult.cannotTell("codesign or mdatp took too long", "Try again.");
      case OK, DAEMON_UNREACHABLE, UNPARSABLE -> signed();
    };
  }

  private CheckResult notTrusted() {
    String flaw = "mdatp is not signed by Microsoft";
    try {
      DefenderProgram.find(root).check();
    } catch (NoSuchFileException e) {
      flaw = "mdatp was there and is gone";
    } catch (RefusedPathException e) {
      flaw = e.reason();
    }
    return CheckResult.fail(
        flaw + "; mdatp is not run because of that", "Find out who changed it. " + REINSTALL);
  }

  private CheckResult signed() {
    List<Path> open = List.of();
    try {
      open = DefenderProgram.find(root).foldersOfAGroup();
    } catch (NoSuchFileException e) {
      // it was signed while it was there
    }
    return open.isEmpty()
        ? CheckResult.ok("mdatp is signed by Microsoft")
        : CheckResult.warn(
            "mdatp is signed by Microsoft, but a group may write to its folder " + open.get(0),
            "Run: sudo chmod -R g-w '/Applications/Microsoft Defender.app'");
  }

  private CheckResult defender() {
    Reachability reachability = health().reachability();
    return switch (reachability) {
      case OK ->
          CheckResult.ok(
              health().appVersion() == null
                  ? "mdatp health answers"
                  : "mdatp health answers, version " + health().appVersion());
      case DAEMON_UNREACHABLE ->
          CheckResult.fail(
              "mdatp runs, but Defender's own daemon does not answer",
              "Wait a few minutes after a boot or an update. If it lasts, restart this Mac.");
      case UNPARSABLE ->
          CheckResult.fail("the output of mdatp health cannot be parsed", "Run: mdatp health");
      default ->
          CheckResult.cannotTell(
              "mdatp was not run: " + EnumWord.spoken(reachability), "See above.");
    };
  }

  private CheckResult database() {
    Extension seen = extension();
    if (seen.kind() == ExtensionKind.SYSTEM) {
      return CheckResult.ok("not needed: Defender uses system extensions here");
    }
    if (seen.grant() != Grant.UNREADABLE) {
      return CheckResult.ok(seen.grantEvidence());
    }
    return mayReadAll
        ? CheckResult.warn(
            seen.grantEvidence(),
            tools.refusal(Tool.SQLITE3).isPresent()
                ? "See tool sqlite3 above."
                : DatabaseAccess.remedy(root.resolve(SystemPaths.KEXT_POLICY)))
        : CheckResult.cannotTell(seen.grantEvidence(), AS_ROOT);
  }

  private CheckResult extensionState() {
    Extension seen = extension();
    String text = "%s, %s".formatted(EnumWord.spoken(seen.kind()), EnumWord.spoken(seen.state()));
    if (seen.state() == ExtensionState.UNKNOWN || seen.kind() == ExtensionKind.UNKNOWN) {
      return unknown(seen, text);
    }
    if (status().reason() == Reason.EXTENSION_MISSING) {
      return CheckResult.fail("Defender has no extension", status().advice());
    }
    return status().verdict() == Verdict.AT_RISK && !status().reason().isOfHealth()
        ? CheckResult.warn(text, status().advice())
        : CheckResult.ok(text);
  }

  /** Shows states that this program does not know as macOS prints them. */
  private CheckResult unknown(Extension seen, String text) {
    List<String> words =
        seen.systemExtensions().stream()
            .filter(SystemExtension::isStateKnown)
            .map(row -> row.bundleId() + " " + row.state())
            .toList();
    if (!words.isEmpty()) {
      return CheckResult.cannotTell(
          text + "; macOS says: " + String.join(", ", words), "Look again in a minute.");
    }
    return CheckResult.cannotTell(
        text, mayReadAll ? "See the tools and the database above." : AS_ROOT);
  }

  private CheckResult policies() {
    return PolicyCheck.of(look.get(), mayReadAll);
  }

  private CheckResult user() {
    boolean hasUser = Console.hasUser(root);
    if (Boolean.FALSE.equals(extension().userMayApprove())) {
      return CheckResult.ok(
          (hasUser ? "a user" : "no user") + " is logged in; a profile keeps users from approving");
    }
    return hasUser
        ? CheckResult.ok("a user is logged in who can approve the extension")
        : CheckResult.warn(
            "no user is logged in, so macOS asks no user",
            "Log in if the extension waits for approval.");
  }

  /** The result that {@code kextwatch check} would have now. */
  private CheckResult protection() {
    Status status = status();
    return switch (status.verdict()) {
      case AT_RISK -> CheckResult.warn(status.summary(), status.advice());
      case UNKNOWN -> CheckResult.cannotTell(status.summary(), status.advice());
      case PROTECTED ->
          status.agent().warnings().isEmpty()
              ? CheckResult.ok(status.summary())
              : CheckResult.warn(
                  status.summary() + " " + String.join(" ", status.agent().warnings()),
                  "Fix the problem named above.");
    };
  }

  private Status status() {
    return look.get().status();
  }

  private Health health() {
    return look.get().seen().health();
  }

  private Extension extension() {
    return look.get().seen().extension();
  }

  private static <T> Supplier<T> once(Supplier<T> look) {
    List<T> kept = new ArrayList<>(1);
    return () -> {
      if (kept.isEmpty()) {
        kept.add(look.get());
      }
      return kept.get(0);
    };
  }
}
