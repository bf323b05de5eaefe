package org.kextwatch.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.mac.TrustedFile;

class SimulatedMacLayoutTest extends OnASimulatedMac {
  private static final Path RESOURCES =
      Script.AGENT.resolve("simulator/src/main/resources/org/kextwatch/simulator");

  @Test
  void theAgentSeesMojave() throws Exception {
    assertEquals(
        Optional.of(new MacVersion(10, 14, "10.14.6", "18G9323")),
        MacVersion.of(SystemRoot.at(mac.root())));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"STAT", "SYSTEMEXTENSIONSCTL"},
      mode = EnumSource.Mode.EXCLUDE)
  void theAgentTrustsAndRunsEveryToolItKnows(Tool tool) throws Exception {
    SimulatedMac newest = SimulatedMac.create(temp.resolve("newest"), MacModel.TAHOE);
    ToolRunner runner = new ToolRunner(SystemRoot.at(newest.root()));
    List<String> arguments = tool == Tool.SQLITE3 ? List.of("-version") : List.of("x");
    ToolRun run = runner.run(tool, Duration.ofSeconds(20), arguments);
    assertInstanceOf(ToolRun.Finished.class, run, run::toString);
  }

  @ParameterizedTest
  @CsvSource({"/var,private/var", "/usr/local/bin/mdatp,../../.." + MacLayout.MDATP})
  void linksAreRelativeSoThatTheFolderCanMove(String macPath, String target) throws Exception {
    assertEquals(Path.of(target), Files.readSymbolicLink(mac.path(macPath)));
    assertTrue(Files.exists(mac.path(macPath)));
  }

  @Test
  void theKextNamesItsBundleAndVersion() throws Exception {
    Plist info = Plist.read(mac.path(MacTools.KEXT + "/Contents/Info.plist"));
    assertEquals(Optional.of("com.microsoft.wdavkext"), info.string("CFBundleIdentifier"));
    assertEquals(Optional.of("101.19.48"), info.string("CFBundleVersion"));
  }

  @ParameterizedTest
  @CsvSource({
    "/Applications, rwxrwxr-x",
    "/usr/bin, rwxr-xr-x",
    "/usr/bin/kextutil, rwxr-xr-x",
    "/System/Library/CoreServices/SystemVersion.plist, rw-r--r--",
    "/private/var/db/SystemPolicyConfiguration/KextPolicy, rw-------",
  })
  void modesAreThoseOfAMac(String macPath, String mode) throws Exception {
    assertEquals(
        mode, PosixFilePermissions.toString(Files.getPosixFilePermissions(mac.path(macPath))));
  }

  @Test
  void theDatabaseIsInWalModeWithTheRecordedSchema() throws Exception {
    assertEquals("wal", tools.sql("PRAGMA journal_mode"));
    List<String> recorded =
        MacModel.MOJAVE
            .schema()
            .lines()
            .filter(line -> line.startsWith("CREATE"))
            .map(line -> line.replace(";", ""))
            .toList();
    assertEquals(4, recorded.size());
    assertEquals(
        String.join("\n", recorded), tools.sql("SELECT sql FROM sqlite_master WHERE sql NOTNULL"));
    assertEquals("0", tools.sql("SELECT count(*) FROM kext_policy"));
  }

  @Test
  void everyResourceIsLaidOutAndNothingElse() throws Exception {
    TreeSet<String> listed = new TreeSet<>(MacLayout.TOOLS);
    listed.addAll(MacLayout.FILES);
    assertEquals(listed, filesBelow("mac"));
    for (String overlay : List.of("macs/kmutil", "macs/legacy")) {
      assertTrue(listed.containsAll(filesBelow(overlay)), overlay);
    }
  }

  private static Set<String> filesBelow(String name) throws IOException {
    Path folder = RESOURCES.resolve(name);
    try (Stream<Path> files = Files.walk(folder)) {
      TreeSet<String> there = new TreeSet<>();
      files.filter(Files::isRegularFile).forEach(file -> there.add("/" + folder.relativize(file)));
      return there;
    }
  }

  @Test
  void theConsoleIsSomebodysUntilTheyLogOut() throws Exception {
    Path console = mac.path("/dev/console");
    assertFalse(Owner.of(console).isRoot());
    assertTrue(Files.exists(console));
    mac.logOut();
    assertTrue(!Files.exists(console) || Owner.of(console).isRoot());
    mac.logIn();
    assertTrue(Files.exists(console) && !Owner.of(console).isRoot());
  }

  @Test
  void theAgentFindsItsSettingsAndItsSecretSafe() throws Exception {
    mac.prepareForAgent(
        Map.of("endpoint", "https://127.0.0.1:1/x", "healthIntervalSeconds", 2), "whsec_abc");
    mac.prepareForAgent(Map.of("labels", Map.of("site", "Berlin")), "whsec_def");
    Path support = mac.path("/Library/Application Support/Kextwatch");
    assertEquals(
        "{\n  \"labels\": {\n    \"site\": \"Berlin\"\n  }\n}\n",
        Files.readString(support.resolve("config.json")));
    TrustedFile.check(support.resolve("config.json"));
    assertEquals(
        "rw-r-----",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(support.resolve("config.json"))));
    assertEquals(
        "whsec_def\n",
        new String(TrustedFile.readSecret(support.resolve("secret"), 100), StandardCharsets.UTF_8));
    try (Stream<Path> files = Files.list(support)) {
      assertEquals(2, files.count());
    }
  }

  @Test
  void aPublicFileIsPutWithItsFolders() throws Exception {
    mac.write("/Library/Managed Preferences/org.kextwatch.agent.plist", "<plist/>");
    Path file = mac.path("/Library/Managed Preferences/org.kextwatch.agent.plist");
    assertEquals("<plist/>", Files.readString(file));
    TrustedFile.check(file);
  }

  @Test
  void aFolderThatIsInUseIsLeftAlone() {
    assertThrows(DirectoryNotEmptyException.class, () -> SimulatedMac.create(mac.root()));
  }
}
