package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Resources;

final class ResourceMeterTest {
  private static final long MODEST = 60_000_000;

  private final List<String> lines = new ArrayList<>();
  private final List<Moment> asked = new ArrayList<>();
  private Moment now = Moment.now();
  private double used = 1.2; // by the start
  private long bytes = MODEST;

  private final ResourceMeter meter =
      new ResourceMeter(
          at -> {
            asked.add(at);
            return new Resources(used, bytes, null);
          },
          () -> now,
          lines::add);

  @Test
  void itIsAskedOnceAMinuteHoweverOftenTheDaemonLooks() {
    for (int second = 0; second < 120; second++) {
      assertEquals(MODEST, meter.get().residentBytes());
      now = now.plus(Duration.ofSeconds(1));
    }
    assertEquals(2, asked.size());
  }

  @Test
  void whatIsOverTheBudgetIsSaidOnceAnHour() {
    pass(Duration.ofHours(2), 0.005);
    assertEquals(List.of(), lines);
    pass(Duration.ofHours(1), 0.02);
    assertEquals(1, lines.size());
    assertTrue(lines.get(0).endsWith("over its budget: 2.0 % of a core (1)"), lines.get(0));
    bytes = 200_000_000;
    pass(Duration.ofHours(2), 0.005);
    assertEquals(3, lines.size());
    assertTrue(lines.get(2).endsWith("over its budget: 200 MB of memory (130)"), lines.get(2));
  }

  @Test
  void aClockThatJumpsIsNoUse() {
    used = 50;
    meter.get();
    used = 90;
    now = new Moment(now.wall().plus(Duration.ofDays(1)), now.nanos() + 60_000_000_000L);
    meter.get();
    assertEquals(List.of(), lines);
  }

  private void pass(Duration time, double share) {
    for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0; gone = gone.plusMinutes(5)) {
      now = now.plus(Duration.ofMinutes(5));
      used += share * Duration.ofMinutes(5).toSeconds();
      meter.get();
    }
  }
}
