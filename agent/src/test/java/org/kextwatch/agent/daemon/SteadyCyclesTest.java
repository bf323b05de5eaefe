package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.kextwatch.agent.config.Settings;

/**
 * The real cycle, ledger, spool and reporter keep nothing: after many cycles there is no more of
 * anything than after few. What the tools and the wire keep is looked at in {@code GrowthBench}.
 */
@Isolated("it counts what the whole process has")
class SteadyCyclesTest {
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  /** Each so many cycles Defender fails or is well again, which is an event. */
  private static final int NEWS = 40;

  private static final long MEBIBYTE = 1 << 20;

  @TempDir(factory = Memory.class)
  private Path folder;

  private int events;

  /** What the process has. */
  private record Belongings(long heap, long metaspace, int threads, long descriptors) {
    static Belongings now() throws IOException {
      System.gc();
      System.gc();
      long metaspace =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(pool -> pool.getName().equals("Metaspace"))
              .map(MemoryPoolMXBean::getUsage)
              .mapToLong(usage -> usage.getUsed())
              .sum();
      try (Stream<Path> open = Files.list(Path.of("/dev/fd"))) {
        return new Belongings(
            ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
            metaspace,
            Thread.activeCount(),
            open.count());
      }
    }
  }

  @Test
  void afterMoreCyclesThereIsNoMoreOfAnything() throws IOException {
    assertFlat(3_000);
  }

  @Test
  @Tag("soak")
  void afterAHundredThousandCyclesThereIsNoMoreOfAnything() throws IOException {
    assertFlat(100_000);
  }

  private void assertFlat(int cycles) throws IOException {
    OrdinaryMac mac = new OrdinaryMac(new Random(1), false);
    ModelDaemon daemon = new ModelDaemon(mac, Settings.defaults(), folder, event -> events++);
    live(mac, daemon, cycles / 3);
    Belongings early = Belongings.now();
    live(mac, daemon, cycles - cycles / 3);
    Belongings late = Belongings.now();
    String both = early + " after a third of " + cycles + " cycles, then " + late;
    System.out.println(both + ", " + events + " events");
    assertTrue(events > cycles / NEWS / 2, events + " events");
    assertTrue(late.heap - early.heap < MEBIBYTE, both);
    assertTrue(late.metaspace - early.metaspace < MEBIBYTE, both);
    assertTrue(late.threads <= early.threads, both);
    assertTrue(late.descriptors <= early.descriptors, both);
  }

  private static void live(OrdinaryMac mac, ModelDaemon daemon, int cycles) {
    for (int i = 1; i <= cycles; i++) {
      mac.pass(INTERVAL);
      mac.updateDefinitions();
      if (i % NEWS == 0) {
        mac.epsextState =
            mac.epsextState.equals("activated_enabled")
                ? "activated_disabled"
                : "activated_enabled";
      }
      daemon.lookNow();
    }
  }
}
