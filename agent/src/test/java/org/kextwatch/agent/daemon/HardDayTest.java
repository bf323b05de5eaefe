package org.kextwatch.agent.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Days of 24 hours of virtual time in which everything fails at random, and often at once: tools,
 * the disk, the network, the clock, the loader, the agent itself, while settings are edited and it
 * is upgraded.
 */
class HardDayTest {
  private static final Duration DAY = Duration.ofHours(24);

  @TempDir(factory = Memory.class)
  private Path folder;

  /** How many days. */
  int days() {
    return 2;
  }

  /** The seed of the first. */
  long first() {
    return 0;
  }

  @Test
  void eachChangeIsToldOnceAndTheLoaderKeepsTheRules() {
    new Histories(folder, DAY).live(LongStream.range(first(), first() + days()));
  }
}
