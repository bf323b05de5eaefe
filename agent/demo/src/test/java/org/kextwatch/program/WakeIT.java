package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.demo.AgentProcess;

/**
 * The real daemon under a wall clock that jumps while its monotonic clock goes on, as when a Mac
 * has slept or its clock is set.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "macOS protects its own clock from libfaketime")
class WakeIT {
  private static final Map<String, Object> INTERVALS =
      Map.of(
          "healthIntervalSeconds", 36_000,
          "atRiskIntervalSeconds", 36_000,
          "heartbeatIntervalSeconds", 3_600);

  @TempDir private Path folder;

  @Test
  void aLeapIsOneLookSoonAndNoEvent() throws Exception {
    Path clock = Files.writeString(folder.resolve("clock"), "+0");
    try (Rig rig = Rig.in(folder)) {
      rig.settings(INTERVALS);
      rig.mac.logOut();
      rig.mac.moveTo(earlyInTheFleet());
      try (AgentProcess agent = AgentProcess.start(java(clock), rig.mac.root(), output())) {
        rig.inbound.await("status.changed", "never_requested");
        int beats = 0;
        int look = rig.mac.calls("mdatp").size();
        int expected = look;
        for (String leap : List.of("+2d", "+1d", "+10y")) {
          boolean ahead = !leap.equals("+1d"); // from two days to one: set back
          Files.writeString(clock, leap);
          expected += ahead ? look : 0;
          beats += ahead ? 1 : 0;
          int due = expected;
          Patience.until(() -> rig.mac.calls("mdatp").size(), calls -> calls >= due);
          Thread.sleep(2_500);
          assertEquals(expected, rig.mac.calls("mdatp").size(), "after " + leap);
          awaitHeartbeats(rig, beats); // by the clock that stood still it is an hour away
        }
        assertTrue(agent.isAlive());
      }
      assertEquals(1, rig.inbound.ofType("status.changed").size());
      assertEquals(List.of(), rig.mac.calls("kextutil"));
      int beats = rig.received("status.heartbeat");
      assertTrue(beats <= 3, "heartbeats: " + beats); // an hour may have begun meanwhile
    }
    assertEquals("", Files.readString(output()));
  }

  /** A Mac whose heartbeat is among the first after a wake, about 3 s, its next look 80 s later. */
  private static UUID earlyInTheFleet() {
    UUID uuid;
    double place;
    do {
      uuid = UUID.randomUUID();
      place = Splay.of(uuid.toString().toUpperCase(Locale.ROOT)).fraction();
    } while (place < 0.002 || place > 0.003);
    return uuid;
  }

  private static void awaitHeartbeats(Rig rig, int count) {
    Patience.until(() -> rig.received("status.heartbeat"), beats -> beats >= count);
  }

  private Path output() {
    return folder.resolve("agent.out");
  }

  private static List<String> java(Path clock) throws IOException {
    return List.of(
        "/usr/bin/env",
        "LD_PRELOAD=" + library(),
        "FAKETIME_TIMESTAMP_FILE=" + clock,
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "NO_FAKE_STAT=1",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        "org.kextwatch.agent.cli.Main");
  }

  private static Path library() throws IOException {
    try (Stream<Path> found =
        Files.find(Path.of("/usr/lib"), 3, (path, file) -> path.endsWith("libfaketimeMT.so.1"))) {
      return found.findFirst().orElseThrow(() -> new IOException("Debian's faketime is missing"));
    }
  }
}
