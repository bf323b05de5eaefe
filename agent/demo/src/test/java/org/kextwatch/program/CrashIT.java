package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.FickleReceiver.Mood;

/**
 * Kills the daemon at random moments while the Mac changes, the receiver comes and goes, and the
 * spool is too small.
 */
class CrashIT {
  /** For a long run: -Dkextwatch.kills=1000. */
  private static final int KILLS = Integer.getInteger("kextwatch.kills", 20);

  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_123);

  private static final List<Mood> MOODS = List.of(Mood.values());

  @TempDir private Path folder;

  @Test
  void noEventIsLostRepeatedOrNumberedTwice() throws Exception {
    long start = System.nanoTime();
    Random random = new Random(SEED);
    try (Rig rig = Rig.in(folder);
        FickleReceiver receiver = new FickleReceiver(rig.inbound, rig.endpoint())) {
      settings(rig, receiver, Map.of("promptRenewalSeconds", 1));
      int life = firstLife(rig);
      for (int kill = 1; kill < KILLS; kill++) {
        receiver.be(mood(kill, random));
        try (AgentProcess agent = rig.start()) {
          rig.inbound.doubtLast(); // of the life before, which was killed
          Thread.sleep(random.nextInt(2 * life));
          happen(rig, kill);
          receiver.be(mood(kill, random));
          Thread.sleep(random.nextInt(life / 2));
          agent.kill();
        }
      }
      rig.mac.signed(false);
      receiver.be(Mood.GOOD);
      settings(rig, receiver, Map.of("labels", Map.of("life", "the last")));
      try (AgentProcess agent = rig.start()) {
        rig.inbound.doubtLast();
        rig.inbound.await("status.heartbeat", "the last");
        // dropped ranges are sent by the first look at which the spool has room
        Patience.until(() -> rig.inbound.numbers().flaws(), List::isEmpty);
        rig.stop(agent);
      }
      rig.inbound.await("agent.stopping", "signal");

      assertEquals(List.of(), rig.inbound.flaws(), "seed " + SEED);
      int arrived = rig.inbound.stream().size();
      long lost = rig.inbound.numbers().lost();
      assertTrue(arrived + lost >= KILLS / 2, arrived + " arrived, " + lost + " were dropped");
      assertEquals("", rig.printed());
      write(rig, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private static void settings(Rig rig, FickleReceiver receiver, Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("endpoint", receiver.address());
    settings.put("spool", Map.of("maxEvents", 10));
    rig.settings(settings);
  }

  /** Killed after its first event. Returns how many milliseconds that took on this machine. */
  private static int firstLife(Rig rig) throws Exception {
    long start = System.nanoTime();
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("agent.started", "");
      agent.kill();
    }
    return (int) Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  /** In ten of thirty lives the receiver is away, in the others its mood is random. */
  private static Mood mood(int kill, Random random) {
    return kill / 10 % 3 == 1 ? Mood.AWAY : MOODS.get(random.nextInt(MOODS.size()));
  }

  /** Changes the Mac, so that there is an event to send. */
  static void happen(Rig rig, int turn) {
    switch (turn % 4) {
      case 0 -> rig.mac.approveByProfile();
      case 1 -> rig.mac.signed(false);
      case 2 -> {
        rig.mac.signed(true);
        rig.mac.revoke();
      }
      default -> rig.mac.restart();
    }
  }

  private static void write(Rig rig, Duration took) throws IOException {
    String table =
        "%-24s %10d\n%-24s %10d\n%-24s %10d\n%-24s %10d\n%-24s %10d\n%-24s %10d\n"
            .formatted(
                "kills",
                KILLS,
                "events arrived",
                rig.inbound.stream().size(),
                "dropped by the bounds",
                rig.inbound.numbers().lost(),
                "ranges of these",
                rig.received("events.dropped"),
                "duplicates",
                rig.inbound.duplicates(),
                "seconds",
                took.toSeconds());
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("crash.txt"), table);
  }
}
