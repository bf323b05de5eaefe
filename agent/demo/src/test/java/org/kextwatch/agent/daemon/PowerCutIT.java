package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.program.LoopVolume;

/** Spool and state on an ext4 of their own, whose power is cut at random moments. */
@Tag("soak")
class PowerCutIT {
  private static final int CUTS = Integer.getInteger("kextwatch.cuts", 50);
  private static final int CONTROLS = Math.max(5, CUTS / 5);
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);

  @TempDir private Path temp;

  private final Random random = new Random(SEED);
  private long accepted;

  @Test
  void noCutLosesOrRepeatsAnything() throws Exception {
    List<String> breaches = cut("forced", CUTS);
    System.out.printf("%d cuts, %d events accepted before them%n", CUTS, accepted);
    assertEquals("", String.join("\n", breaches), "seed " + SEED);
    assertTrue(accepted > CUTS, accepted + " were accepted");
  }

  /** The same without force, or the test shows nothing. */
  @Test
  void withoutForceNearlyEveryCutLosesSomething() throws Exception {
    List<String> breaches = cut("unforced", CONTROLS);
    System.out.printf("%d of %d cuts without force lost something%n", breaches.size(), CONTROLS);
    assertTrue(breaches.size() >= CONTROLS * 4 / 5, breaches.size() + " of " + CONTROLS);
  }

  /** For each cut that broke a promise, how. */
  private List<String> cut(String disk, int cuts) throws Exception {
    Path place = temp.resolve("volume");
    Path log = temp.resolve("promises");
    List<String> broken = new ArrayList<>();
    try (LoopVolume volume = LoopVolume.create(temp.resolve("image"), place, 24)) {
      Process driver = start(disk, place.resolve("kextwatch"), log);
      try {
        Patience.until(() -> Files.exists(log) && Files.readString(log).contains("gone "));
        for (int cut = 0; cut < cuts; cut++) {
          Thread.sleep(random.nextInt(400));
          assertTrue(driver.isAlive(), () -> said());
          stop(driver);
          DurabilityModel promise = PowerCutDriver.read(log);
          List<String> breaches;
          try (LoopVolume after =
              volume.afterACut(temp.resolve("copy"), temp.resolve("elsewhere"))) {
            signal("CONT", driver);
            breaches = breaches(temp.resolve("elsewhere/kextwatch"), promise);
          }
          accepted = promise.accepted().size();
          if (!breaches.isEmpty()) {
            broken.add("cut %d: %s".formatted(cut, breaches));
          }
        }
      } finally {
        driver.destroyForcibly().waitFor();
      }
    }
    return broken;
  }

  private static List<String> breaches(Path folder, DurabilityModel promise) {
    try {
      return new DurableLife(folder, new RecordingDisk(), promise).breaches();
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  /** All its threads stand still, and what it has asked of the kernel is done. */
  private static void stop(Process driver) throws Exception {
    signal("STOP", driver);
    Path threads = Path.of("/proc/" + driver.pid() + "/task");
    Patience.until(
        () -> {
          try (var all = Files.list(threads)) {
            for (Path thread : all.toList()) {
              String stat = Files.readString(thread.resolve("stat"));
              if (!stat.substring(stat.lastIndexOf(')')).startsWith(") T")) {
                return false;
              }
            }
          }
          return true;
        });
  }

  private static void signal(String name, Process driver) throws Exception {
    String pid = Long.toString(driver.pid());
    assertEquals(0, new ProcessBuilder("kill", "-" + name, pid).start().waitFor());
  }

  private Process start(String disk, Path folder, Path log) throws IOException {
    Files.deleteIfExists(log);
    return Script.start(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                PowerCutDriver.class.getName(),
                folder.toString(),
                disk,
                log.toString(),
                Long.toString(SEED))
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("said").toFile()));
  }

  private String said() {
    try {
      return Files.readString(temp.resolve("said"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
