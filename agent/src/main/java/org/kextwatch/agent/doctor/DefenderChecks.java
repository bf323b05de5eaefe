package org.kextwatch.agent.doctor;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.PassiveLook;
import org.kextwatch.agent.doctor.DoctorCheck.Said;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.DefenderProgram;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.RefusedPathException;
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

/** Whether macOS and Defender let themselves be asked. */
final class DefenderChecks {
  private static final String REINSTALL = "Install Microsoft Defender again.";
  private static final String AS_ROOT = "Run: sudo kextwatch doctor";

  private final SystemRoot root;
  private final ToolRunner tools;
  private final boolean isAllowed;
  private final Supplier<PassiveLook> glance;

  /**
   * Looks at nothing yet.
   *
   * @param isAllowed whether this program may read what only root may
   */
  DefenderChecks(SystemRoot root, ToolRunner tools, Settings settings, boolean isAllowed) {
    this.root = root;
    this.tools = tools;
    this.isAllowed = isAllowed;
    this.glance = once(() -> PassiveLook.at(root, tools, settings));
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
    all.add(new DoctorCheck("extension lock", () -> ExtensionLockCheck.of(glance.get().seen())));
    all.add(new DoctorCheck("user", this::user));
    all.add(new DoctorCheck("protection", this::protection));
    return all;
  }

  private Said macOs() {
    return MacVersion.of(root)
        .map(version -> Said.ok("%s (%s)".formatted(version.text(), version.build())))
        .orElseGet(
            () ->
                Said.fail(
                    "its version cannot be read", "Is " + root + " a Mac? Give --root rightly."));
  }

  private Said tool(Tool tool) {
    return tools
        .refusal(tool)
        .map(
            refusal -> {
              if (refusal.cause() == ToolRun.Cause.NOT_TRUSTED) {
                return Said.fail(refusal.detail(), "And find out who has changed it.");
              }
              if (isNeeded(tool)) {
                return Said.fail(refusal.detail(), remedy(tool));
              }
              return tool == Tool.SYSTEMEXTENSIONSCTL && isBeforeCatalina()
                  ? Said.ok("not needed: this macOS has no system extensions")
                  : Said.warn(
                      refusal.detail(),
                      "What it would tell stays unknown. It is a part of macOS: restore it.");
            })
        .orElseGet(() -> Said.ok(tool.macPath()));
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
        ? "Install Microsoft Defender for Endpoint, or take Kextwatch off this Mac."
        : "It is a part of macOS: restore it, or reinstall macOS.";
  }

  private Said signature() {
    return switch (health().reachability()) {
      case NOT_INSTALLED -> Said.fail("there is no " + Tool.MDATP.macPath(), remedy(Tool.MDATP));
      case NOT_TRUSTED -> notTrusted();
      case NOT_EXECUTABLE -> Said.fail("mdatp cannot be executed", REINSTALL);
      case TIMEOUT -> Said.cannotTell("codesign or mdatp took too long", "Try again.");
      case OK, DAEMON_UNREACHABLE, UNPARSABLE -> signed();
    };
  }

  private Said notTrusted() {
    String flaw = "mdatp is not signed by Microsoft";
    try {
      DefenderProgram.find(root).check();
    } catch (NoSuchFileException e) {
      flaw = "mdatp was there and is gone";
    } catch (RefusedPathException e) {
      flaw = e.reason();
    }
    return Said.fail(
        flaw + "; mdatp is not run because of that", "Find out who changed it. " + REINSTALL);
  }

  private Said signed() {
    List<Path> open = List.of();
    try {
      open = DefenderProgram.find(root).foldersOfAGroup();
    } catch (NoSuchFileException e) {
      // it was signed while it was there
    }
    return open.isEmpty()
        ? Said.ok("mdatp is signed by Microsoft")
        : Said.warn(
            "mdatp is signed by Microsoft, but a group may write to its folder " + open.get(0),
            "Run: sudo chmod -R g-w '/Applications/Microsoft Defender.app'");
  }

  private Said defender() {
    Reachability reachability = health().reachability();
    return switch (reachability) {
      case OK ->
          Said.ok(
              health().appVersion() == null
                  ? "mdatp health answers"
                  : "mdatp health answers, version " + health().appVersion());
      case DAEMON_UNREACHABLE ->
          Said.fail(
              "mdatp runs, but Defender's own daemon does not answer",
              "After boot and updates that takes minutes; else restart this Mac.");
      case UNPARSABLE ->
          Said.fail("what mdatp health prints is not understood", "Run: mdatp health");
      default ->
          Said.cannotTell("mdatp was not asked: " + EnumWord.spoken(reachability), "See above.");
    };
  }

  private Said database() {
    Extension seen = extension();
    if (seen.kind() == ExtensionKind.SYSTEM) {
      return Said.ok("not needed: Defender uses system extensions here");
    }
    if (seen.grant() != Grant.UNREADABLE) {
      return Said.ok(seen.grantEvidence());
    }
    return isAllowed
        ? Said.warn(
            seen.grantEvidence(),
            tools.refusal(Tool.SQLITE3).isPresent()
                ? "See tool sqlite3 above."
                : "Without it only an attempt to load shows whether the kext is approved. If root"
                    + " may not read it, grant Java full disk access (PPPC,"
                    + " SystemPolicyAllFiles).")
        : Said.cannotTell(seen.grantEvidence(), AS_ROOT);
  }

  private Said extensionState() {
    Extension seen = extension();
    String text = "%s, %s".formatted(EnumWord.spoken(seen.kind()), EnumWord.spoken(seen.state()));
    if (seen.state() == ExtensionState.UNKNOWN || seen.kind() == ExtensionKind.UNKNOWN) {
      return unknown(seen, text);
    }
    if (status().reason() == Reason.EXTENSION_MISSING) {
      return Said.fail("Defender has no extension", status().advice());
    }
    return status().verdict() == Verdict.AT_RISK && !status().reason().isOfHealth()
        ? Said.warn(text, status().advice())
        : Said.ok(text);
  }

  /** A word that this program does not know was read all the same. */
  private Said unknown(Extension seen, String text) {
    List<String> words =
        seen.systemExtensions().stream()
            .filter(SystemExtension::isStateKnown)
            .map(row -> row.bundleId() + " " + row.state())
            .toList();
    if (!words.isEmpty()) {
      return Said.cannotTell(
          text + "; macOS says: " + String.join(", ", words), "Look again in a minute.");
    }
    return Said.cannotTell(text, isAllowed ? "See the tools and the database above." : AS_ROOT);
  }

  private Said policies() {
    return PolicyCheck.of(glance.get(), isAllowed);
  }

  private Said user() {
    boolean hasUser = Console.hasUser(root);
    if (Boolean.FALSE.equals(extension().userMayApprove())) {
      return Said.ok(
          (hasUser ? "somebody" : "nobody") + " is logged in; a profile lets no user approve");
    }
    return hasUser
        ? Said.ok("somebody is logged in, who could approve the extension")
        : Said.warn(
            "nobody is logged in, so nobody is prompted", "Log in, if approval is awaited.");
  }

  /** What {@code kextwatch check} would say now. */
  private Said protection() {
    Status status = status();
    return switch (status.verdict()) {
      case AT_RISK -> Said.warn(status.summary(), status.advice());
      case UNKNOWN -> Said.cannotTell(status.summary(), status.advice());
      case PROTECTED ->
          status.agent().warnings().isEmpty()
              ? Said.ok(status.summary())
              : Said.warn(
                  status.summary() + " " + String.join(" ", status.agent().warnings()),
                  "Correct what it names.");
    };
  }

  private Status status() {
    return glance.get().status();
  }

  private Health health() {
    return glance.get().seen().health();
  }

  private Extension extension() {
    return glance.get().seen().extension();
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
