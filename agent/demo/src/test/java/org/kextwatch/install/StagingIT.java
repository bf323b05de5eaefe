package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What goes to real Macs is judged by the program as a real Mac judges it, wherever it lies. */
class StagingIT {
  private static final Path JAVA = Path.of(System.getProperty("java.home"));
  private static final String QUICK =
      "{\"endpoint\": \"https://a.example/x\", \"heartbeatIntervalSeconds\": 60}";

  @TempDir Path temp;
  private Path archive;
  private Path folder;

  @BeforeEach
  void unpackAnArchive() throws IOException {
    archive = temp.toRealPath().resolve("archive");
    folder = Files.createDirectory(temp.toRealPath().resolve("folder"));
    Script.copyInstaller(archive);
    String plist = "launchd/org.kextwatch.agent.plist";
    Files.copy(Script.REPOSITORY.resolve(plist), archive.resolve(plist));
    Path dist = Script.AGENT.resolve("target/dist");
    try (Stream<Path> files = Files.walk(dist)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Script.copy(file, archive.resolve("dist").resolve(dist.relativize(file).toString()));
      }
    }
  }

  @Test
  void anIntervalThatARealMacRefusesIsRefused() throws Exception {
    Path draft = Files.writeString(temp.toRealPath().resolve("draft.json"), QUICK);
    for (String option : List.of("--destdir", "--root")) {
      Ended ended = install(option, "--no-start", "--config", draft);
      assertEquals(78, ended.exit(), ended::toString);
      assertTrue(ended.err().contains("heartbeatIntervalSeconds"), ended::err);
      assertTrue(ended.err().contains(draft.toString()), ended::err);
      Path config = folder.resolve("Library/Application Support/Kextwatch/config.json");
      assertFalse(Files.exists(config));
    }
    Files.writeString(draft, QUICK.replace("60", "600"));
    assertEquals(0, install("--destdir", "--config", draft).exit());
  }

  @Test
  void settingsThatAreStagedAlreadyAreJudgedSoToo() throws Exception {
    Path config = folder.resolve("Library/Application Support/Kextwatch/config.json");
    Files.createDirectories(config.getParent());
    Files.writeString(config, QUICK);
    Ended ended = install("--destdir");
    assertEquals(78, ended.exit(), ended::toString);
    assertTrue(ended.err().contains("heartbeatIntervalSeconds"), ended::err);
  }

  private Ended install(String option, Object... options) throws Exception {
    Object[] all =
        Stream.concat(
                Stream.of(archive.resolve("install.sh"), option, folder, "--java", JAVA),
                Stream.of(options))
            .toArray();
    return Script.run(temp, Map.of("PATH", "/usr/bin:/bin"), "dash", all);
  }
}
