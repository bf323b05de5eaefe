package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;

/**
 * Records what a release has on a Mac when its daemon ends, once for each release:
 * -Dkextwatch.record=VERSION, and -Dkextwatch.program=LAUNCHER for another than the one in dist.
 */
@Tag("soak")
@EnabledIfSystemProperty(named = "kextwatch.record", matches = ".+")
class ReleaseRecorderIT extends OnAMac {
  private static final int CHANGES = 24;

  /** The spool is full in the end, and something was evicted from it. */
  @Test
  void record() throws Exception {
    RecordedRelease release = new RecordedRelease(System.getProperty("kextwatch.record"));
    String program = System.getProperty("kextwatch.program", Rig.PROGRAM.toString());
    RecordedRelease.settings(rig, RecordedRelease.ENDPOINT);
    try (AgentProcess agent = rig.start(List.of(program))) {
      for (int change = 0; change < CHANGES; change++) {
        long before = sequence();
        CrashIT.happen(rig, change);
        Patience.until(() -> sequence() > before);
      }
      rig.stop(agent);
    }
    release.record(rig);
    try (Stream<?> events = Files.list(release.folder().resolve("spool"))) {
      assertTrue(events.count() >= 20);
    }
  }

  private long sequence() throws Exception {
    var state = rig.mac.path("/private/var/db/kextwatch/state.json");
    return Files.exists(state)
        ? Long.parseLong(Files.readString(state).replaceFirst("(?s).*?\"sequence\":(\\d+).*", "$1"))
        : 0;
  }
}
