package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.program.LoopVolume;

/**
 * The power is cut at random moments of an upgrade: {@code current} leads to a whole release, and
 * the next install works. The programs are on an ext4 of their own.
 */
@Tag("soak")
class InstallPowerCutIT extends InstalledMac {
  private static final int CUTS = Integer.getInteger("kextwatch.cuts", 50);

  private static final int CONTROLS = Math.max(6, CUTS / 5);
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);

  private final Random random = new Random(SEED);
  private LoopVolume volume;
  private int number;

  @BeforeEach
  void putThePrograms() throws Exception {
    assumeTrue(shell.equals("dash"), "what a disk holds does not depend on the shell");
    volume = LoopVolume.create(temp.resolve("image"), mac.resolve("Library"), 192);
    Files.createDirectories(mac.resolve("Library/LaunchDaemons"));
    Files.createDirectories(mac.resolve("Library/Logs"));
  }

  @AfterEach
  void takeThem() throws Exception {
    if (volume != null) {
      volume.close();
    }
  }

  @Test
  void afterACutAWholeReleaseIsThereAndTheNextInstallWorks() throws Exception {
    Files.delete(bin.resolve("sync"));
    Files.createSymbolicLink(bin.resolve("sync"), Path.of("/bin/sync"));
    List<String> broken = cut(CUTS);
    System.out.printf("%s: %d cuts%n", shell, CUTS);
    assertEquals(List.of(), broken, "seed " + SEED);
  }

  /** Here {@code sync} does nothing, or the test shows nothing. */
  @Test
  void withoutSyncACutCanLeaveLessThanARelease() throws Exception {
    List<String> broken = cut(CONTROLS);
    System.out.printf("%s: %d of %d cuts without sync broke it%n", shell, broken.size(), CONTROLS);
    assertTrue(!broken.isEmpty());
  }

  private List<String> cut(int cuts) throws Exception {
    installFirst("--no-start");
    sync();
    long start = System.nanoTime();
    nextRelease();
    assertDone(install("--no-start"));
    int millis = (int) ((System.nanoTime() - start) / 1_000_000);
    sync();
    List<String> broken = new ArrayList<>();
    for (int cut = 0; cut < cuts; cut++) {
      nextRelease();
      Process upgrade = begin();
      // Two in three in the second half, where current is turned.
      int from = cut % 3 == 0 ? 0 : millis / 2;
      Thread.sleep(from + random.nextInt(millis * 5 / 4 - from));
      upgrade.descendants().forEach(ProcessHandle::destroyForcibly);
      upgrade.destroyForcibly().waitFor();
      volume.forceSomethingElse();
      Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
      try (LoopVolume after =
          volume.afterACut(temp.resolve("copy"), elsewhere.resolve("Library"))) {
        String flaw = flaw(elsewhere);
        if (!flaw.isEmpty()) {
          broken.add("cut %d: %s".formatted(cut, flaw));
        }
      }
      assertDone(install("--no-start")); // the one that was killed goes on
      sync();
    }
    return broken;
  }

  private void nextRelease() throws IOException {
    release("1.0." + number++);
  }

  /** What is wrong with the Mac whose power came back, empty if nothing is. */
  private String flaw(Path root) throws Exception {
    Path programs = root.resolve("Library/Application Support/Kextwatch");
    Path current = programs.resolve("current");
    if (!Files.isSymbolicLink(current)) {
      return "no current";
    }
    Path release = programs.resolve(Files.readSymbolicLink(current));
    String version = version(release);
    Path jar = release.resolve("lib/kextwatch-agent-" + version + ".jar");
    if (!Files.exists(jar) || !Files.readString(jar).equals(version + END_OF_JAR)) {
      return version + " is not whole";
    }
    Path launcher = release.resolve("bin/kextwatch");
    Path right = archive.resolve("dist/bin/kextwatch");
    if (!Files.exists(launcher) || Files.mismatch(launcher, right) >= 0) {
      return "the launcher of " + version + " is not whole";
    }
    for (String part : List.of("System", "usr", "private")) {
      if (Files.exists(mac.resolve(part)) && !Files.exists(root.resolve(part))) {
        Script.run(temp, Map.of("PATH", "/bin"), "cp -R", mac.resolve(part), root);
      }
    }
    Ended again = script("--root", root, "--no-start");
    if (again.exit() != 0) {
      return "the next install fails: " + again;
    }
    String expected = "1.0." + (number - 1);
    String now = version(Files.readSymbolicLink(current));
    return now.equals(expected) ? "" : "the next install left " + now;
  }

  /** Where a release of that name was cut short, the next one of the version has a number more. */
  private static String version(Path release) {
    return release.getFileName().toString().replaceFirst("-\\d+$", "");
  }

  private Process begin() throws IOException {
    List<String> command = new ArrayList<>(List.of(shell.split(" ")));
    Stream.of(archive.resolve("install.sh"), "--root", mac, "--no-start")
        .map(Object::toString)
        .forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(temp.resolve("said").toFile());
    return Script.start(builder);
  }

  private static void sync() throws Exception {
    assertEquals(0, new ProcessBuilder("/bin/sync").start().waitFor());
  }
}
