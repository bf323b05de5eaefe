package org.kextwatch.agent.mac;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.MemoryFolder;
import org.kextwatch.agent.fuzz.PlistSeeds;
import org.kextwatch.agent.fuzz.Seeds;

/** What the tools of macOS print, and property lists. */
public final class MacFuzz {
  private static final String REGISTRY =
      """
      +-o Root  <class IORegistryEntry, id 0x100000100>
        +-o MacBookPro15,1  <class IOPlatformExpertDevice, id 0x100000110>
            {
              "compatible" = <"MacBookPro15,1">
              "model" = <"MacBookPro15,1">
              "IOPlatformUUID" = "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11"
              "IOPlatformSerialNumber" = "C02XK0AAJG5H"
            }
      """;
  private static final String PROCESSES =
      """
          1 /sbin/launchd
        %d /bin/sh -c x KEXTWATCH_RUN=marker HOME=/var/empty
      99999 ps -axEww -o pid=,command=
      """
          .formatted(ProcessHandle.current().pid());

  private static final Pattern ENROLLED =
      Pattern.compile(
          "(?im)^[ \\t]*(MDM enrollment:[ \\t]*Yes\\b"
              + "|An enrollment profile is currently installed on this system\\b)");
  private static final Pattern APPROVED =
      Pattern.compile("(?im)^[ \\t]*MDM enrollment:[ \\t]*Yes\\b.*\\(User Approved\\)");

  private static final String LONG = "18G9323\r".repeat(20);
  private static final String UUID = "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11";

  private MacFuzz() {}

  public static List<FuzzTarget> targets() {
    List<String> enrolments =
        new ArrayList<>(Seeds.texts("/recordings/kext", ".*profiles-status.*"));
    enrolments.add("Enrolled via DEP: No\nMDM enrollment: Yes (User Approved)\nMDM server: x\n");
    enrolments.add("An enrollment profile is currently installed on this system\n");
    return List.of(
        new FuzzTarget("property list", PlistSeeds.all(), MacFuzz::plist),
        FuzzTarget.ofText("ioreg", List.of(REGISTRY), MacFuzz::registry),
        FuzzTarget.ofText("profiles", enrolments, MacFuzz::enrolment),
        FuzzTarget.ofText("ps", List.of(PROCESSES), MacFuzz::processes),
        FuzzTarget.ofText("sysctl, scutil", List.of("Anna's Mac\n", UUID + "\n"), MacFuzz::line),
        FuzzTarget.ofText("ps rss", List.of(" 61344\n", "ps: no 5\n"), MacFuzz::resident),
        new FuzzTarget(
            "SystemVersion.plist",
            PlistSeeds.with(Map.of("ProductVersion", "10.14.6", "ProductBuildVersion", LONG)),
            MacFuzz::systemVersion),
        FuzzTarget.ofText("macOS version", List.of("10.14.6", "26.1", "10.16"), MacFuzz::version),
        FuzzTarget.ofText(
            "text for a line", Seeds.texts("/recordings/kext", "0[0-3].*txt"), MacFuzz::plain));
  }

  private static void plist(byte[] bytes) {
    try {
      Plist plist = Plist.parse(bytes, "a file");
      for (String key : plist.keys()) {
        plist.string(key);
        plist.bool(key);
        plist.strings(key);
        plist.dictionary(key);
        plist.dictionaries(key);
      }
      plist.values();
    } catch (IOException e) {
      // it says so
    }
  }

  private static void registry(String text) {
    for (String name : List.of("IOPlatformUUID", "model")) {
      String value = Hardware.property(text, name);
      check(value == null || (text.contains(value) && value.length() <= 255), "not in the text");
      check(value == null || value.chars().noneMatch(Character::isISOControl), "not a line");
    }
  }

  private static void enrolment(String text) {
    Enrolment enrolment = Enrolment.parse(new ToolRun.Finished(0, text, ""));
    boolean isYes = Boolean.TRUE.equals(enrolment.enrolled());
    boolean isApproved = Boolean.TRUE.equals(enrolment.userApproved());
    check(!isYes || ENROLLED.matcher(text).find(), "enrolled");
    check(!isApproved || (isYes && APPROVED.matcher(text).find()), "approved out of nothing");
  }

  private static void processes(String text) {
    List<ProcessHandle> found = PsFinder.parse(text, "marker");
    check(found.isEmpty() || text.contains(ToolRunner.RUN_MARKER + "=marker"), "not ours");
  }

  /** Looks for what a run has left behind, with a ps of its own. */
  public static void listProcesses(Path ps) {
    check(new PsFinder(new Ps(ps)).find("marker").isEmpty(), "not ours");
  }

  private static void line(String text) {
    String line = Hardware.line(text);
    check(line == null || (!line.isEmpty() && line.length() <= 255), "no line");
    check(line == null || text.strip().equals(line), "another text");
    check(line == null || line.lines().count() == 1, "several lines");
  }

  private static void resident(String text) {
    Long bytes = OwnProcess.residentBytes(text);
    check(bytes == null || bytes >= 0, "less than nothing");
    check(bytes == null || text.strip().matches("[0-9]+"), "memory out of a complaint");
  }

  private static void systemVersion(byte[] bytes) throws RefusedPathException {
    MemoryFolder.write(Folder.PATH.resolve(SystemPaths.VERSION.substring(1)), bytes);
    MacVersion.of(SystemRoot.at(Folder.PATH))
        .ifPresent(
            version -> {
              String both = version.text() + " " + version.build();
              check(both.length() < 120, "a long version");
              check(both.chars().noneMatch(Character::isISOControl), "control characters");
            });
  }

  /** Made when it is needed first. */
  private static final class Folder {
    static final Path PATH = MemoryFolder.make();
  }

  private static void version(String text) {
    MacVersion.parse(text, "18G")
        .ifPresent(
            version -> {
              check(version.text().length() < 50, "a long version");
              check(
                  version.isBigSurOrLater() != version.isBeforeCatalina() || is15(version), "both");
            });
  }

  private static boolean is15(MacVersion version) {
    return version.major() == 10 && version.minor() == 15;
  }

  private static void plain(String text) {
    String line = PlainText.of(text);
    check(line.length() <= 500 && line.lines().count() <= 1, "no line");
    check(line.equals(PlainText.of(line)), "cleaned again it is another");
    check(PlainText.quotable(text, 80).length() <= 80, "long");
  }
}
