package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;

/** The real Java with the class-data archive that install.sh has made with it. */
class ClassArchiveIT extends OnAMac {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  private Path release;
  private Path archive;

  @BeforeEach
  void install() throws Exception {
    UnpackedRelease unpacked = UnpackedRelease.in(folder.toRealPath().resolve("unpacked"));
    release = unpacked.install(rig, Path.of(System.getProperty("java.home")), true);
    archive = release.resolve("classes.jsa");
    assertTrue(Files.size(archive) > 10_000_000);
  }

  @Test
  void itIsInUseAndADamagedOneDoesNotKeepTheDaemonFromItsWork() throws Exception {
    Ended doctor = kextwatch("doctor");
    assertTrue(doctor.out().contains("class-data archive       in use"), doctor::out);

    try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 4096); // a Java that is given it crashes
    }
    try (AgentProcess agent = rig.start(List.of(launcher()))) {
      Patience.until(() -> Files.exists(rig.mac.path(AgentPaths.STATUS)));
      rig.stop(agent);
    }
    assertEquals(
        "kextwatch: "
            + archive
            + " is damaged or was made by another Java, so it is not used, and more memory is"
            + " needed. To make it again: sudo '"
            + release.resolveSibling("../current/install.sh").normalize()
            + "'\n",
        rig.printed());
    doctor = kextwatch("doctor");
    assertTrue(
        doctor.out().contains("warn        class-data archive       it is damaged"), doctor::out);
  }

  private String launcher() {
    return release.resolve("bin/kextwatch").toString();
  }

  private Ended kextwatch(String command) throws Exception {
    return Script.run(folder, ENVIRONMENT, "dash", launcher(), "--root", rig.mac.root(), command);
  }
}
