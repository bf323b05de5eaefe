package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.NSObject;
import com.dd.plist.PropertyListParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.simulator.MacModel;

/**
 * That the classes of the daemon come from the class-data archive, and that it does not load those
 * that it can do without. Each class from elsewhere costs memory for months.
 */
class ArchivedClassesIT {
  private static final int MOST_FROM_ELSEWHERE = 200;
  private static final int MOST_OF_OURS_FROM_ELSEWHERE = 30;

  @TempDir private Path folder;

  private Rig rig;
  private Path release;
  private Path log;

  @BeforeEach
  void install() throws Exception {
    rig = Rig.overTls(folder, MacModel.SEQUOIA);
    // A folder with a space, as it is on each Mac.
    UnpackedRelease unpacked = UnpackedRelease.in(folder.toRealPath().resolve("unpacked"));
    release = unpacked.install(rig, Path.of(System.getProperty("java.home")), true);
    log = folder.resolve("classes.log");
  }

  @AfterEach
  void tidy() {
    rig.close();
  }

  @Test
  void theDaemonTakesItsClassesFromThere() throws Exception {
    try (AgentProcess agent = start()) {
      rig.inbound.await("agent.started", "");
      rig.inbound.await("status.heartbeat", "");
      rig.stop(agent);
    }
    assertEquals("", rig.printed());
    List<String> loaded = loaded(line -> true);
    List<String> elsewhere = loaded(line -> !isFromArchive(line));
    List<String> ours = elsewhere.stream().filter(ArchivedClassesIT::isOurs).toList();
    assertTrue(loaded.stream().filter(ArchivedClassesIT::isOurs).count() > 300, loaded::toString);
    assertTrue(ours.size() <= MOST_OF_OURS_FROM_ELSEWHERE, ours::toString);
    assertTrue(elsewhere.size() <= MOST_FROM_ELSEWHERE, elsewhere::toString);
    assertEquals(List.of(), loaded(line -> line.contains(" picocli.")));
  }

  @Test
  void withoutAnXmlFileThereIsNoXmlParser() throws Exception {
    for (String name :
        List.of(
            "/System/Library/CoreServices/SystemVersion.plist",
            "/Library/SystemExtensions/db.plist")) {
      Path file = rig.mac.path(name);
      NSObject properties = PropertyListParser.parse(file.toFile());
      BinaryPropertyListWriter.write(properties, file.toFile());
    }
    try (AgentProcess agent = start()) {
      Path status = rig.mac.path(AgentPaths.STATUS);
      Patience.until(
          () -> Files.exists(status) && Files.readString(status).contains("\"osVersion\":\"15"));
      rig.stop(agent);
    }
    assertEquals(List.of(), loaded(line -> line.contains(".xerces.")));
  }

  private AgentProcess start() throws Exception {
    return rig.start(
        List.of(
            release.resolve("bin/kextwatch").toString(),
            ":java",
            "-Xshare:on",
            "-XX:SharedArchiveFile=" + release.resolve("classes.jsa"),
            "-Xlog:class+load:file=" + log,
            "org.kextwatch.agent.cli.Main"));
  }

  private List<String> loaded(Predicate<String> which) throws Exception {
    return Files.readAllLines(log).stream()
        .filter(line -> line.contains(" source: "))
        .filter(which)
        .toList();
  }

  private static boolean isFromArchive(String line) {
    return line.contains(" source: shared objects file");
  }

  private static boolean isOurs(String line) {
    return line.contains(" org.kextwatch.");
  }
}
