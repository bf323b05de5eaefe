package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * What the scripts for each MDM say of a Mac, in every shell and without a message on stderr. The
 * launcher only plays the program; the tools that differ on a Mac take no other options than there.
 */
class MdmScriptsIT {
  private static final Path SCRIPTS = Script.REPOSITORY.resolve("launchd/mdm");

  /** What "date +%s" says: 150 minutes after verdictSince. */
  private static final String NOW = "1795710600";

  /** How the launcher answers: what it prints for a field, and how it ends. */
  private enum Mac {
    HEALTHY("protected", "none", 0),
    BLOCKED("at_risk", "awaiting_approval", 1),
    /** Its status is old. */
    STALE("at_risk", "awaiting_approval", 2),
    /** Its Java does not start. */
    BROKEN("", "", 1),
    /** A jar is damaged. */
    DAMAGED("", "", 70),
    ABSENT("", "", 127);

    private final String verdict;
    private final String reason;
    private final int exit;

    Mac(String verdict, String reason, int exit) {
      this.verdict = verdict;
      this.reason = reason;
      this.exit = exit;
    }

    private boolean prints() {
      return !verdict.isEmpty();
    }
  }

  @TempDir Path temp;
  private Path mac;
  private Path tools;

  /** Every shell for two of the Macs, because the answers of the others differ in words alone. */
  private List<String> shells = List.of(Script.plainest());

  @BeforeEach
  void makeAMac() throws Exception {
    mac = Files.createDirectory(temp.toRealPath().resolve("mac"));
    tools = Files.createDirectory(temp.toRealPath().resolve("tools"));
    Script.write(
        tools.resolve("date"),
        """
        case "$*" in
          +%%s) echo %s ;;
          '-j -u -f %%Y-%%m-%%dT%%H:%%M:%%S 2026-11-26T15:00:00 +%%s') echo 1795701600 ;;
          *) echo "date $*" >&2; exit 64 ;;
        esac
        """
            .formatted(NOW));
    Script.write(
        tools.resolve("stat"),
        "[ -e \"$3\" ] || { echo no file >&2; exit 1; }\n"
            + "[ \"$1 $2\" = '-f %m' ] && echo 1795710300");
    Script.write(
        tools.resolve("defaults"),
        """
        case $1 in
          read) echo no such key >&2; exit 1 ;;
          write) shift; printf '%%s|' "$@" >>'%s'; echo >>'%s' ;;
        esac
        """
            .formatted(temp.resolve("defaults.txt"), temp.resolve("defaults.txt")));
  }

  private void install(Mac state) throws Exception {
    shells = state == Mac.BLOCKED || state == Mac.ABSENT ? allShells() : List.of(Script.plainest());
    Path support = mac.resolve("Library/Application Support/Kextwatch");
    if (state == Mac.ABSENT) {
      return;
    }
    Path release = support.resolve("releases/0.2.0");
    Files.createDirectories(release);
    Files.createSymbolicLink(support.resolve("current"), Path.of("releases/0.2.0"));
    Files.createDirectories(mac.resolve("Library/LaunchDaemons"));
    Files.writeString(mac.resolve("Library/LaunchDaemons/org.kextwatch.agent.plist"), "");
    if (state.prints()) {
      Files.writeString(support.resolve("status.json"), "{}");
    }
    Script.write(
        release.resolve("bin/kextwatch"),
        """
        %s
        case "$*" in
          'status --field verdict') echo %s ;;
          'status --field reason') echo %s ;;
          'status --field verdictSince') echo 2026-11-26T15:00:00.511Z ;;
          'status --field observedAt') echo 2026-11-26T17:25:00.042Z ;;
          'status --field agent.pendingEvents') echo 7 ;;
          *) exit 64 ;;
        esac
        exit %d
        """
            .formatted(
                state.prints() ? "" : "echo broken >&2; exit " + state.exit,
                state.verdict,
                state.reason,
                state.exit));
  }

  @ParameterizedTest
  @EnumSource
  void theExtensionAttributesOfJamf(Mac state) throws Exception {
    install(state);
    for (String attribute :
        new String[] {"verdict", "reason", "minutes", "age", "version", "backlog"}) {
      Ended expected = new Ended(0, "<result>" + value(state, attribute, "") + "</result>\n", "");
      run("jamf/extension-attributes/" + attribute + ".sh", expected, attribute + " " + state);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theCustomAttributesOfIntune(Mac state) throws Exception {
    install(state);
    for (String attribute :
        new String[] {"verdict", "reason", "minutes", "version", "backlog", "seen"}) {
      Ended expected = new Ended(0, value(state, attribute, "-1") + "\n", "");
      run("intune/custom-attributes/" + attribute + ".sh", expected, attribute + " " + state);
    }
  }

  /** What an attribute says; a number that is not known has a value of its own. */
  private static String value(Mac state, String attribute, String unknownNumber) {
    boolean isCertain = state.prints() && state.exit < 2;
    return switch (attribute) {
      case "verdict" -> isCertain ? state.verdict : "unknown";
      case "reason" -> isCertain ? state.reason : "unknown";
      case "minutes" -> isCertain ? "150" : unknownNumber;
      case "age" -> state.prints() ? "5" : unknownNumber;
      case "backlog" -> state.prints() ? "7" : unknownNumber;
      case "version" -> state == Mac.ABSENT ? "not installed" : "0.2.0";
      default -> state.prints() ? "2026-11-26T17:25:00Z" : "1970-01-01T00:00:00Z";
    };
  }

  @ParameterizedTest
  @EnumSource
  void theConditionsOfMunki(Mac state) throws Exception {
    install(state);
    run("munki/conditions/kextwatch.sh", new Ended(0, "", ""), state.name());
    boolean isCertain = state.prints() && state.exit < 2;
    String items = "/Library/Managed Installs/ConditionalItems|";
    String expected =
        """
        %1$skextwatch_verdict|-string|%2$s|
        %1$skextwatch_reason|-string|%3$s|
        %1$skextwatch_minutes|-integer|%4$s|
        %1$skextwatch_version|-string|%5$s|
        """
            .formatted(
                items,
                isCertain ? state.verdict : "unknown",
                isCertain ? state.reason : "unknown",
                isCertain ? "150" : "0",
                state == Mac.ABSENT ? "" : "0.2.0");
    assertEquals(expected.repeat(shells.size()), Files.readString(temp.resolve("defaults.txt")));
  }

  @ParameterizedTest
  @CsvSource({
    "0.2.0, true",
    "0.2.0-2, true",
    "0.3.0, true",
    "0.10.0, true",
    "1.0.0, true",
    "0.1.0, false",
    "0.1.9-3, false",
  })
  void whatIsInstalledIsComparedWithWhatIsWanted(String version, boolean isEnough)
      throws Exception {
    install(Mac.BROKEN);
    Path support = mac.resolve("Library/Application Support/Kextwatch");
    Files.move(support.resolve("releases/0.2.0"), temp.resolve("release"));
    Files.move(temp.resolve("release"), support.resolve("releases/" + version));
    Files.delete(support.resolve("current"));
    Files.createSymbolicLink(support.resolve("current"), Path.of("releases/" + version));
    String said = "Kextwatch " + version + " is installed.\n";
    run("installed.sh", new Ended(isEnough ? 0 : 1, said, ""), version);
    run("munki/installcheck.sh", new Ended(isEnough ? 1 : 0, "", ""), version);
  }

  /** A Mac at risk, or a daemon that does not run, is no reason to install again. */
  @ParameterizedTest
  @EnumSource
  void whetherItIsInstalledIsNotWhetherItIsWell(Mac state) throws Exception {
    install(state);
    boolean isThere = state != Mac.ABSENT;
    String said = isThere ? "Kextwatch 0.2.0 is installed.\n" : "Kextwatch is not installed.\n";
    run("installed.sh", new Ended(isThere ? 0 : 1, said, ""), state.name());
    run("munki/installcheck.sh", new Ended(isThere ? 1 : 0, "", ""), state.name());
  }

  @ParameterizedTest
  @CsvSource({"true, 0, --uninstall", "false, 1, ''"})
  void theUninstallerIsTheOneOnTheMac(boolean hasInstaller, int exit, String said)
      throws Exception {
    run("uninstall.sh", new Ended(0, "", ""), "nothing is installed");
    install(Mac.BROKEN);
    if (hasInstaller) {
      Script.write(
          mac.resolve("Library/Application Support/Kextwatch/current/install.sh"), "echo \"$*\"");
    }
    String complaint =
        hasInstaller
            ? ""
            : "Kextwatch is damaged, or older than 0.2.0: install the package again, then remove"
                + " it.\n";
    run("uninstall.sh", new Ended(exit, said.isEmpty() ? "" : said + "\n", complaint), "");
  }

  @ParameterizedTest
  @CsvSource({
    "ABSENT,  0123,  0",
    "ABSENT,  other, 1",
    "BROKEN,  0123,  0",
  })
  void theInstallScriptOfIntune(Mac state, String sum, int exit) throws Exception {
    install(state);
    Script.write(tools.resolve("curl"), "[ \"$7\" = --output ] && echo x >\"$8\"");
    Script.write(tools.resolve("shasum"), "[ \"$1 $2\" = '-a 256' ] && echo \"" + sum + "  $3\"");
    Script.write(
        tools.resolve("installer"),
        "[ \"$1 $3 $4\" = '-pkg -target /' ] && [ -f \"$2\" ] && echo ran");
    Script.write(tools.resolve("mktemp"), "exec mktemp -d '" + temp + "/XXXXXX'");
    String said =
        state == Mac.BROKEN ? "Kextwatch 0.2.0 is installed.\n" : exit == 0 ? "ran\n" : "";
    String complaint =
        exit == 0
            ? ""
            : "The package at https://files.example.com/kextwatch-0.2.0.pkg is not the one that"
                + " this script names: other\n";
    run("intune/install.sh", new Ended(exit, said, complaint), state + " " + sum);
  }

  /** In each shell, which may complain of a variable that is not set. */
  private void run(String name, Ended expected, String what) throws Exception {
    String text = Files.readString(SCRIPTS.resolve(name));
    for (String place : new String[] {"/Library/Application Support", "/Library/LaunchDaemons"}) {
      text = text.replace(place, mac + place);
    }
    for (String tool :
        new String[] {
          "/bin/date",
          "/usr/bin/stat",
          "/usr/bin/defaults",
          "/usr/bin/curl",
          "/usr/bin/shasum",
          "/usr/bin/mktemp",
          "/usr/sbin/installer"
        }) {
      text = text.replace(tool + " ", tools.resolve(Path.of(tool).getFileName()) + " ");
    }
    Path script =
        Files.writeString(temp.resolve("script"), text.replace("sha256=replace-me", "sha256=0123"));
    for (String shell : shells) {
      Ended ended = Script.run(temp, Map.of("PATH", "/usr/bin:/bin"), shell + " -u", script);
      assertEquals(expected, ended, () -> shell + ": " + name + ", " + what);
    }
  }

  private static List<String> allShells() {
    return Stream.concat(Script.shells(), Stream.of("zsh")).toList();
  }
}
