package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;

/**
 * Many Macs, each with a real spool, delivery, TLS and secret, against the receiver of docs/fleet,
 * whose database is killed meanwhile.
 */
@Tag("soak")
final class HerdIT {
  private static final int MACS = Integer.getInteger("kextwatch.macs", 500);
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("kextwatch.seconds", 300));

  /** Between two changes of a Mac, on average. */
  private static final Duration BETWEEN = Duration.ofSeconds(30);

  /** Every so many a Mac has a secret of its own. */
  private static final int OWN_SECRET = 7;

  private static final Duration DRAIN = Duration.ofMinutes(40);

  @TempDir private Path folder;

  private final Random random = new Random(15);
  private final List<FleetMac> macs = new ArrayList<>();
  private int waitedAtOnce;

  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void nothingIsLostOrDoubledWhileTheDatabaseIsKilled() throws Exception {
    try (FleetPipeline pipeline = new FleetPipeline(folder)) {
      try {
        start(pipeline);
        live(TIME.multipliedBy(2).dividedBy(5));
        long before = undelivered();
        pipeline.killDatabase();
        live(TIME.multipliedBy(3).dividedBy(5));
        Patience.within(DRAIN, this::undelivered, waiting -> waiting == 0);
        Patience.within(DRAIN, () -> heardOf(pipeline), heardOf -> heardOf == MACS);
        assertTrue(waitedAtOnce > before, "the kill was felt");
        compare(pipeline);
      } finally {
        macs.forEach(FleetMac::stop);
      }
    }
  }

  private void start(FleetPipeline pipeline) throws IOException {
    String certificate = pipeline.certificate();
    for (int i = 0; i < MACS; i++) {
      String serial = "HERD%06d".formatted(i);
      String secret = pipeline.secret();
      if (i % OWN_SECRET == 0) {
        secret = newSecret();
        pipeline.secretOf(serial, secret);
      }
      macs.add(
          new FleetMac(
              serial,
              Files.createDirectory(folder.resolve(serial)),
              pipeline.address(),
              certificate,
              secret));
    }
  }

  private static String newSecret() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  /** Macs change one after another. */
  private void live(Duration time) throws IOException, InterruptedException {
    long pause = BETWEEN.toNanos() / MACS;
    long begin = System.nanoTime();
    for (long due = begin; due - begin < time.toNanos(); due += pause) {
      macs.get(random.nextInt(MACS)).change();
      waitedAtOnce = Math.max(waitedAtOnce, undelivered());
      long left = due + pause - System.nanoTime();
      if (left > 0) {
        Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
  }

  private int undelivered() {
    return macs.stream().mapToInt(FleetMac::waiting).sum();
  }

  /** How many Macs have sent a heartbeat, so that the view knows that they live. */
  private static int heardOf(FleetPipeline pipeline) throws Exception {
    Thread.sleep(1_000); // the question costs the database something
    return Integer.parseInt(
        pipeline.ask("select count(*) from mac where interval_seconds is not null").get(0));
  }

  private void compare(FleetPipeline pipeline) throws Exception {
    List<String> committed = macs.stream().flatMap(mac -> mac.committed.stream()).sorted().toList();
    List<String> stored = pipeline.ask("select id from event").stream().sorted().toList();
    TreeSet<String> lost = new TreeSet<>(committed);
    stored.forEach(lost::remove);
    List<String> twice =
        pipeline.ask(
            "select mac, number from event group by mac, stream, number having count(*) > 1");
    List<String> gaps = pipeline.ask("select * from gaps");
    List<String> atRisk =
        pipeline.ask(
            """
            select mac, reason, (extract(epoch from since) * 1000)::bigint, advice,
              labels ->> 'site', watch from at_risk order by mac
            """);
    String text =
        """
        %d Macs for %d s, the database killed once
        events acknowledged                %6d
        acknowledged and lost              %6d
        stored twice                       %6d
        gaps                               %6d
        Macs at risk in the view           %6d
        most events that waited at once    %6d
        Macs heard of by heartbeat         %6d
        """
            .formatted(
                MACS,
                TIME.toSeconds(),
                committed.size(),
                lost.size(),
                twice.size() + stored.size() - new TreeSet<>(stored).size(),
                gaps.size(),
                atRisk.size(),
                waitedAtOnce,
                heardOf(pipeline));
    System.out.print(text);
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("herd-fleet.txt"), text);
    assertEquals(committed, stored);
    assertEquals(List.of(), twice);
    assertEquals(List.of(), gaps);
    assertEquals(macs.stream().map(FleetMac::atRisk).flatMap(Optional::stream).toList(), atRisk);
  }
}
