package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a quiet day costs. {@code -Dkextwatch.hours=24} lives the whole of it; else the first hour,
 * with the start, and some more stand for it.
 */
final class QuietDayIT {
  private static final int HOURS = Integer.getInteger("kextwatch.hours", 3);

  @TempDir private Path folder;

  @Test
  void itStartsFewProcessesForcesLittleAndSendsLittle() throws Exception {
    QuietDay.Cost day = new QuietDay(folder).cost(HOURS);
    System.out.println("A quiet day, from " + HOURS + " hours: " + day);
    assertTrue(day.processes() <= 360, day::toString);
    assertTrue(day.forcedWrites() <= 30, day::toString);
    assertTrue(day.bytesSent() <= 500_000, day::toString);
    assertTrue(day.heartbeats() >= 90, day::toString);
  }
}
