package org.kextwatch.agent.cli;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.cli.Checkup.Said;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.health.HealthCheck;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.DefenderProgram;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Reachability;

/** Whether macOS and Defender let themselves be asked. */
final class DefenderCheckups {
  private static final String REINSTALL = "Install Microsoft Defender again.";
  private static final String AS_ROOT = "Run: sudo kextwatch doctor";

  private final SystemRoot root;
  private final ToolRunner tools;
  private final boolean isAllowed;
  private final Supplier<Health> health;
  private final Supplier<Extension> extension;

  /**
   * Looks at nothing yet.
   *
   * @param isAllowed whether this program may read what only root may
   */
  DefenderCheckups(SystemRoot root, ToolRunner tools, Settings settings, boolean isAllowed) {
    this.root = root;
    this.tools = tools;
    this.isAllowed = isAllowed;
    this.health = once(() -> new HealthCheck(root, tools).check(settings));
    this.extension =
        once(
            () ->
                new ExtensionReader(root, tools)
                    .read(settings, LoadHistory.NONE, Instant.now(), null, subsystem())
                    .extension());
  }

  List<Checkup> all() {
    List<Checkup> all = new ArrayList<>();
    all.add(new Checkup("macOS", this::macOs));
    for (Tool tool : Tool.values()) {
      all.add(new Checkup("tool " + tool.name().toLowerCase(Locale.ROOT), () -> tool(tool)));
    }
    all.add(new Checkup("Defender's signature", this::signature));
    all.add(new Checkup("Defender's daemon", this::defender));
    all.add(new Checkup("approval database", this::database));
    all.add(new Checkup("extension", this::extension));
    all.add(new Checkup("managed policies", this::policies));
    all.add(new Checkup("user", this::user));
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
    return switch (health.get().reachability()) {
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
    } catch (RefusedPath e) {
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
    Reachability reachability = health.get().reachability();
    return switch (reachability) {
      case OK -> Said.ok("mdatp health answers, version " + health.get().appVersion());
      case DAEMON_UNREACHABLE ->
          Said.fail(
              "mdatp runs, but Defender's own daemon does not answer",
              "After boot and updates that takes minutes; else restart this Mac.");
      case UNPARSABLE ->
          Said.fail("what mdatp health prints is not understood", "Run: mdatp health");
      default -> Said.cannotTell("mdatp was not asked: " + Doctor.word(reachability), "See above.");
    };
  }

  private Said database() {
    Extension seen = extension.get();
    if (seen.grant() != Grant.UNREADABLE) {
      return Said.ok(seen.grantEvidence());
    }
    if (!isAllowed) {
      return Said.cannotTell(seen.grantEvidence(), AS_ROOT);
    }
    return seen.kind() == ExtensionKind.SYSTEM
        ? Said.ok("not needed: Defender uses system extensions here")
        : Said.warn(
            seen.grantEvidence(),
            tools.refusal(Tool.SQLITE3).isPresent()
                ? "See tool sqlite3 above."
                : "Without it only an attempt to load shows whether the kext is approved. If root"
                    + " may not read it, grant Java full disk access (PPPC,"
                    + " SystemPolicyAllFiles).");
  }

  private Said extension() {
    Extension seen = extension.get();
    String text = "%s, %s".formatted(Doctor.word(seen.kind()), Doctor.word(seen.state()));
    if (seen.state() == ExtensionState.ABSENT) {
      return Said.fail("Defender has no extension", REINSTALL);
    }
    return seen.state() == ExtensionState.UNKNOWN || seen.kind() == ExtensionKind.UNKNOWN
        ? Said.cannotTell(text, isAllowed ? "See the tools and the database above." : AS_ROOT)
        : Said.ok(text);
  }

  private Said policies() {
    Extension seen = extension.get();
    if (seen.userMayApprove() == null) {
      return Said.cannotTell(
          "the kernel extension profile cannot be read",
          isAllowed ? "See: plutil -lint '/Library/Managed Preferences/'com.apple.sys*" : AS_ROOT);
    }
    boolean isGranted =
        switch (seen.grant()) {
          case USER, MDM, USER_AND_MDM -> true;
          default -> Boolean.TRUE.equals(seen.loaded());
        };
    return seen.userMayApprove() || isGranted
        ? Said.ok("none keeps Defender's extension out")
        : Said.fail(
            "a profile keeps users from approving, and does not approve it itself",
            "Allow team %s in the kernel extension profile, or set AllowUserOverrides there."
                .formatted(seen.teamId()));
  }

  private Said user() {
    return Console.hasUser(root)
        ? Said.ok("somebody is logged in, who could click Allow")
        : Said.warn(
            "nobody is logged in, so nobody is prompted", "Log in, if approval is awaited.");
  }

  private @Nullable String subsystem() {
    return health.get().realTimeProtectionSubsystem();
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
