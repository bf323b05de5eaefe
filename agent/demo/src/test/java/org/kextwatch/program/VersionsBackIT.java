package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * The real programs of several releases on one Mac, forwards, back, and back and forth. They are
 * built from the history, which a clone must have; "head" is what this build has laid out.
 */
@Tag("soak")
@Timeout(value = 1, unit = TimeUnit.HOURS)
class VersionsBackIT extends OnAMac {
  /**
   * The commit of each release; 0.2.0 gets its own when it is tagged, until then head stands for
   * it.
   */
  private static final Map<String, String> COMMITS =
      Map.of("0.1.0", "f1477edf5e6541bdad5d3e6304ba9e2860ab1a8c");

  private static final int KILLS = 20;
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);

  private static final String BUILD =
      """
      set -eu
      git -C "$1" archive "$2" | tar -xf - -C "$3"
      cd "$3"
      mvn -B -q package -Dmaven.test.skip=true
      """;

  @TempDir private static Path releases;

  private static final Map<String, Path> PROGRAMS = new HashMap<>(Map.of("head", Rig.PROGRAM));

  /** A whole build takes longer than any test may wait, on a busy machine. */
  @BeforeAll
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  static void build() throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    for (Map.Entry<String, String> release : COMMITS.entrySet()) {
      Path folder = Files.createDirectory(releases.resolve(release.getKey()));
      Ended built =
          Script.run(
              releases,
              environment,
              "sh",
              "-c",
              BUILD,
              "sh",
              Script.REPOSITORY,
              release.getValue(),
              folder);
      assertEquals(0, built.exit(), built::toString);
      PROGRAMS.put(release.getKey(), folder.resolve("agent/target/dist/bin/kextwatch"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0 head", "head 0.1.0", "0.1.0 head 0.1.0", "head 0.1.0 head 0.1.0"})
  void eachTakesOverFromTheOther(String path) throws Exception {
    List<Path> programs = new ArrayList<>();
    for (String release : path.split(" ", -1)) {
      programs.add(PROGRAMS.get(release));
    }
    try (FickleReceiver receiver = new FickleReceiver(rig.inbound, rig.endpoint())) {
      RecordedRelease.settings(rig, receiver.address());
      Map<String, String> settings = RecordedRelease.settingsOf(rig);
      ReleaseLives lives = new ReleaseLives(rig, receiver, SEED);
      lives.live(programs, KILLS);
      assertEquals(List.of(), lives.flaws(Map.of()), "seed " + SEED);
      assertEquals(settings, RecordedRelease.settingsOf(rig));
    }
  }
}
