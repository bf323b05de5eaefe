package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;

/** The launchd job and the example profiles are what launchd and Apple's payloads take. */
class DeploymentFilesTest {
  private static final Path FOLDER = Script.REPOSITORY.resolve("launchd");
  private static final Path JOB = FOLDER.resolve("org.kextwatch.agent.plist");

  /** A choice of its own, for macOS 15 and later: not every fleet wants it. */
  private static final String LOCK = "defender-system-extensions-lock.mobileconfig";

  private static final Set<String> NOT_FOR_US =
      Set.of(
          "EnablePressuredExit",
          "EnableTransactions",
          "EnvironmentVariables",
          "HardResourceLimits",
          "OnDemand",
          "ServiceIPC",
          "SoftResourceLimits",
          "TimeOut",
          "WatchPaths");

  static Stream<Path> profiles() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER.resolve("profiles"))) {
      return files.sorted().toList().stream();
    }
  }

  static Stream<Path> all() throws IOException {
    return Stream.concat(Stream.of(JOB), profiles());
  }

  @Test
  void theProfilesAreAllThere() throws IOException {
    assertEquals(
        List.of(
            "background-item.mobileconfig",
            "combined.mobileconfig",
            "defender-full-disk-access.mobileconfig",
            "defender-kernel-extension.mobileconfig",
            "defender-system-extensions-lock.mobileconfig",
            "defender-system-extensions.mobileconfig",
            "settings.mobileconfig"),
        profiles().map(file -> file.getFileName().toString()).toList());
  }

  /** The strictest parser of property lists that there is, where there is one. */
  @ParameterizedTest
  @MethodSource("all")
  void pythonReadsThem(Path file) throws Exception {
    Ended python =
        Script.run(
            FOLDER,
            Map.of("PATH", System.getenv("PATH")),
            "sh",
            "-c",
            "! command -v python3 >/dev/null || exec python3 -c"
                + " 'import plistlib, sys; plistlib.load(open(sys.argv[1], \"rb\"))' \"$1\"",
            "sh",
            file);
    assertEquals(new Ended(0, "", ""), python);
  }

  @Test
  void launchdKnowsEveryKeyOfTheJob() throws Exception {
    assertEquals(List.of(), PropertyListLint.complaintsOfJob(Files.readString(JOB)));
  }

  @Test
  void theJobIsTheOneThatIsInstalled() throws Exception {
    NSDictionary job = new PropertyListLint().parse(Files.readString(JOB));
    assertEquals(job.get("Label") + ".plist", JOB.getFileName().toString());
    NSObject[] arguments = ((NSArray) job.get("ProgramArguments")).getArray();
    assertEquals(2, arguments.length);
    assertEquals(
        "/Library/Application Support/Kextwatch/current/bin/kextwatch", arguments[0].toString());
    assertEquals("run", arguments[1].toString());
    String release = Files.readString(FOLDER.resolve("release.sh"));
    assertTrue(release.contains("support=\"${root}/Library/Application Support/Kextwatch\""));
    assertTrue(release.contains("current=${support}/current\n"));
    assertTrue(release.contains("job=${root}/Library/LaunchDaemons/${label}.plist\n"));
    assertEquals(
        "true", job.get("KeepAlive").toString(), "it is kept alive whatever it ended with");
    for (String key : job.allKeys()) {
      assertFalse(NOT_FOR_US.contains(key), key);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ThrottleInterval     | ThrotleInterval                | unknown key ThrotleInterval",
        "<integer>30</integer>| <string>30</string>            | ThrottleInterval is no integer",
        "<integer>30</integer>| <integer>3.5</integer>         | no integer integer 3.5",
        "<true/>              | <bool/>                        | unknown tag bool",
        "<key>Umask</key>     | <key>RunAtLoad</key>           | duplicate key key RunAtLoad",
        "<key>Umask</key>     | <string>Umask</string>         | no key string Umask",
        "<integer>23</integer>| <!-- 23 -->                    | no key string /",
      })
  void aFlawOfTheJobIsFound(String good, String bad, String complaint) throws Exception {
    String text = Files.readString(JOB);
    assertTrue(text.contains(good));
    List<String> complaints = PropertyListLint.complaintsOfJob(text.replaceFirst(good, bad));
    assertTrue(complaints.contains(complaint), complaints::toString);
  }

  @Test
  void whatIsNoXmlIsNoPropertyList() {
    for (String bad :
        List.of("<plist><dict><true></dict></plist>", "<plist><!-- a--b --></plist>")) {
      assertThrows(Exception.class, () -> new PropertyListLint().parse(bad));
    }
  }

  @ParameterizedTest
  @MethodSource("profiles")
  void appleKnowsEveryKeyOfTheProfiles(Path file) throws Exception {
    assertEquals(List.of(), PropertyListLint.complaintsOfProfile(Files.readString(file)));
  }

  @Test
  void noTwoPayloadsAreTheSame() throws Exception {
    Set<String> identifiers = new HashSet<>();
    Set<String> uuids = new HashSet<>();
    for (Path file : profiles().toList()) {
      NSDictionary profile = new PropertyListLint().parse(Files.readString(file));
      List<NSDictionary> all = new ArrayList<>(PropertyListLint.payloads(profile));
      all.add(profile);
      for (NSDictionary payload : all) {
        assertTrue(identifiers.add(payload.get("PayloadIdentifier").toString()));
        String uuid = payload.get("PayloadUUID").toString();
        assertTrue(uuid.matches("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}"), uuid);
        assertTrue(uuids.add(uuid), uuid);
      }
    }
  }

  @Test
  void theCombinedProfileIsTheOthersTogether() throws Exception {
    List<String> single = new ArrayList<>();
    List<String> combined = new ArrayList<>();
    for (Path file : profiles().toList()) {
      NSDictionary profile = new PropertyListLint().parse(Files.readString(file));
      for (NSDictionary payload : PropertyListLint.payloads(profile)) {
        payload.remove("PayloadIdentifier");
        payload.remove("PayloadUUID");
        if (!file.endsWith(LOCK)) {
          (file.endsWith("combined.mobileconfig") ? combined : single)
              .add(payload.toXMLPropertyList());
        }
      }
    }
    assertEquals(single.stream().sorted().toList(), combined.stream().sorted().toList());
  }

  @Test
  void theProgramKnowsEverySettingOfTheExample(@TempDir Path folder) throws Exception {
    NSDictionary profile =
        new PropertyListLint()
            .parse(Files.readString(FOLDER.resolve("profiles/settings.mobileconfig")));
    NSDictionary settings = PropertyListLint.payloads(profile).get(0);
    for (String key : settings.allKeys()) {
      if (key.startsWith("Payload")) {
        settings.remove(key);
      }
    }
    StringBuilder json = new StringBuilder("{");
    for (String key : settings.allKeys()) {
      Object value = settings.get(key).toJavaObject();
      json.append(json.length() > 1 ? "," : "").append('"').append(key).append("\":");
      if (value instanceof Map<?, ?> map) {
        json.append("{\"").append(map.keySet().iterator().next()).append("\":\"x\"}");
      } else {
        json.append(value instanceof String ? "\"" + value + "\"" : value);
      }
    }
    Path file = Files.writeString(folder.toRealPath().resolve("config.json"), json + "}");
    ResolvedSettings reading = SettingsReader.draft(file);
    assertEquals(List.of(), reading.problems());
    assertEquals(List.of(), reading.warnings());
  }

  @Test
  void flawsOfAProfileAreFound() throws Exception {
    String text = Files.readString(FOLDER.resolve("profiles/combined.mobileconfig"));
    String team = "<key>AllowedTeamIdentifiers</key><array><string>UBF8T346G9</string></array>";
    String extensions = "<key>AllowedSystemExtensions</key>";
    List<List<String>> flaws =
        List.of(
            List.of("AllowUserOverrides", "AllowOverrides", "unknown key AllowOverrides"),
            List.of("<key>Allowed</key>", "<key>Alowed</key>", "unknown key Alowed"),
            List.of(">Label<", ">Lable<", "no RuleType of Apple's: Lable"),
            List.of("<key>RuleValue</key>", "<key>RuleType</key>", "duplicate key key RuleType"),
            List.of("<key>RuleType</key>", "<key>Comment2</key>", "missing key RuleType"),
            List.of(
                extensions,
                team + extensions,
                "a team both as a whole and by extension: UBF8T346G9"),
            List.of("com.apple.servicem", "com.apple.m", "unknown payload com.apple.management"));
    for (List<String> flaw : flaws) {
      String bad = text.replaceFirst(flaw.get(0), flaw.get(1));
      List<String> complaints = PropertyListLint.complaintsOfProfile(bad);
      assertTrue(complaints.contains(flaw.get(2)), () -> flaw + " " + complaints);
    }
  }

  /** Apple merges all payloads of the type: the lock must allow, and forbid, nothing else. */
  @Test
  void theLockOnlyLocksWhatTheOtherProfileAllows() throws Exception {
    NSDictionary lock = extensions(LOCK);
    NSDictionary allowed = extensions("defender-system-extensions.mobileconfig");
    assertEquals(
        List.of("AllowUserOverrides", "NonRemovableFromUISystemExtensions"),
        Stream.of(lock.allKeys()).filter(key -> !key.startsWith("Payload")).sorted().toList());
    assertEquals(allowed.get("AllowUserOverrides"), lock.get("AllowUserOverrides"));
    assertEquals(
        allowed.get("AllowedSystemExtensions"), lock.get("NonRemovableFromUISystemExtensions"));
  }

  /** As in Microsoft's profile (mdatp-xplat, fulldisk.mobileconfig); no Java gets any access. */
  @Test
  void onlyDefenderGetsFullDiskAccess() throws Exception {
    for (String profile :
        List.of("defender-full-disk-access.mobileconfig", "combined.mobileconfig")) {
      Map<String, String> given = new TreeMap<>();
      String text = Files.readString(FOLDER.resolve("profiles").resolve(profile));
      for (NSDictionary payload : PropertyListLint.payloads(new PropertyListLint().parse(text))) {
        if (payload.get("Services") instanceof NSDictionary services) {
          for (NSObject identity : ((NSArray) services.get("SystemPolicyAllFiles")).getArray()) {
            NSDictionary program = (NSDictionary) identity;
            given.put(
                program.get("Identifier").toString(), program.get("CodeRequirement").toString());
          }
        }
      }
      assertEquals(Set.of("com.microsoft.wdav", "com.microsoft.wdav.epsext"), given.keySet());
      given.forEach(
          (program, requirement) ->
              assertEquals(
                  "identifier \"%s\" and anchor apple generic and certificate"
                      + " 1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate"
                      + " leaf[field.1.2.840.113635.100.6.1.13] /* exists */ and certificate"
                      + " leaf[subject.OU] = UBF8T346G9",
                  requirement.replace("\"" + program + "\"", "\"%s\"")));
    }
  }

  private static NSDictionary extensions(String profile) throws Exception {
    String text = Files.readString(FOLDER.resolve("profiles").resolve(profile));
    return PropertyListLint.payloads(new PropertyListLint().parse(text)).get(0);
  }
}
