package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.install.Launchd;

/** The real daemon on a simulated Mac, from its install to its end, as the fleet sees it. */
class InstallIT {
  private static final Path JAVA = Path.of(System.getProperty("java.home"));

  @TempDir Path temp;
  private Rig rig;
  private Launchd launchd;
  private Path archive;
  private Path support;

  @BeforeEach
  void unpackTheReleaseBesideAMac() throws Exception {
    rig = Rig.in(temp.toRealPath());
    support = rig.mac.path("/Library/Application Support/Kextwatch");
    launchd = Launchd.of(rig.mac.root(), Duration.ofSeconds(1));
    launchd.settleSeconds = 1;
    archive = unpack(temp.toRealPath());
  }

  @AfterEach
  void shutDown() throws IOException {
    launchd.close();
    rig.close();
  }

  /** Unpacks what "mvn package" has packed, by the name that its jar has. */
  private static Path unpack(Path folder) throws Exception {
    Path packed;
    try (Stream<Path> files = Files.list(Script.AGENT.resolve("target"))) {
      packed = files.filter(f -> f.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
    }
    Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin");
    Ended unpacked = Script.run(folder, environment, "tar", "xzf", packed);
    assertEquals(new Ended(0, "", ""), unpacked);
    String name = packed.getFileName().toString().replace(".tar.gz", "");
    return folder.resolve(name);
  }

  @Test
  void theFleetSeesInstallUpgradeAndRemoval() throws Exception {
    Ended installed = install("--java", JAVA);
    assertEquals(0, installed.exit(), installed::toString);
    rig.inbound.await("agent.started", "\"version\":\"");

    assertTrue(Files.exists(support.resolve("current/share/third-party-notices.txt")));
    String first = Files.readSymbolicLink(support.resolve("current")).toString();
    release("9.0.0");
    Ended upgraded = install();
    assertEquals(0, upgraded.exit(), upgraded::toString);
    rig.inbound.await("agent.stopping", "\"cause\":\"upgrade\"");
    assertEquals(Path.of("releases/9.0.0"), Files.readSymbolicLink(support.resolve("current")));
    assertTrue(Files.exists(support.resolve(first)));

    Ended status = install("--status");
    assertEquals(1, status.exit(), status::toString); // Defender's extension is not approved
    assertTrue(status.out().contains("launchd knows system/"), status::out);

    Ended removed = install("--uninstall", "--purge");
    assertEquals(0, removed.exit(), removed::toString);
    rig.inbound.await("agent.stopping", "\"cause\":\"uninstall\"");
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals(-1, launchd.pid());
  }

  private void release(String version) throws IOException {
    Path lib = archive.resolve("dist/lib");
    try (Stream<Path> jars = Files.list(lib)) {
      Path jar =
          jars.filter(f -> f.getFileName().toString().startsWith("kextwatch-agent-"))
              .findFirst()
              .orElseThrow();
      Files.move(
          jar, lib.resolve("kextwatch-agent-" + version + ".jar"), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Ended install(Object... options) throws Exception {
    Object[] all =
        Stream.concat(
                Stream.of(
                    archive.resolve("install.sh"),
                    "--root",
                    rig.mac.root(),
                    "--no-archive",
                    "--accept-unpatched-java"),
                Stream.of(options))
            .toArray();
    return Script.run(temp, Map.of("PATH", "/usr/bin:/bin"), "dash", all);
  }
}
