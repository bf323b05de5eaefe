package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.install.MacReport.Outcome;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedMac;

/** A simulated Mac that on-a-mac.sh asks, with tools that know no more than a Mac's. */
abstract class AskedMac {
  static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  /** What a report must not have: the names of the simulated Mac, and what the tests give it. */
  private static final List<String> NAMES =
      List.of("C02XK0AAJG5H", "5C1F5E0A", "Anna", "/Users", "mdm.example.com", "proxy.example.com");

  @TempDir Path temp;

  String shell = "dash";
  SimulatedMac mac;
  Path script;
  Path bin;
  private Path misused;

  @BeforeEach
  void aMacOnWhichAllIsWell() throws Exception {
    Path folder = temp.toRealPath();
    mac = SimulatedMac.create(folder.resolve("a Mac"), MacModel.SEQUOIA);
    script = Script.copy(Beliefs.SCRIPT, folder.resolve("an archive/launchd/on-a-mac.sh"));
    bin = Files.createDirectory(folder.resolve("bin"));
    misused = Files.createFile(folder.resolve("misused"));
    StrictTools.write(bin, misused);
    Script.write(bin.resolve("sleep"), "exec /bin/sleep 0.0$1");
  }

  @AfterEach
  void noToolWasMisused() throws Exception {
    assertEquals("", Files.readString(misused));
  }

  Ended ask(int exit, Object... options) throws Exception {
    Ended ended = options.length == 0 ? run("--root", mac.root()) : run(options);
    assertEquals(exit, ended.exit(), ended::toString);
    return ended;
  }

  Ended run(Object... options) throws Exception {
    return Script.run(
        temp,
        Map.of("PATH", bin.toString()),
        shell,
        Stream.concat(Stream.of(script), Stream.of(options)).toArray());
  }

  void lockByAProfile() throws IOException {
    mac.write(
        "/Library/Managed Preferences/com.apple.system-extension-policy.plist",
        """
        <plist version="1.0"><dict><key>NonRemovableFromUISystemExtensions</key><dict>
        <key>UBF8T346G9</key><array><string>com.microsoft.wdav.epsext</string></array>
        </dict></dict></plist>
        """);
  }

  static void assertNoNames(Ended ended) {
    for (String name : NAMES) {
      assertFalse((ended.out() + ended.err()).contains(name), () -> name + " in " + ended.out());
    }
  }

  static Set<String> answered(MacReport report, Outcome outcome) {
    return report.answers().entrySet().stream()
        .filter(answer -> answer.getValue().outcome() == outcome)
        .map(Map.Entry::getKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
