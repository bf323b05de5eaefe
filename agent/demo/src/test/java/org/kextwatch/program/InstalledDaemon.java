package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.install.Launchd;

/** The daemon as install.sh puts it on a Mac, and as launchd keeps it alive there. */
final class InstalledDaemon implements AutoCloseable {
  private static final Path JAVA = Path.of(System.getProperty("java.home"));
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  /** Nobody is above the modes of files, not even root. */
  private static final List<String> HUMBLE = List.of("setpriv", "--bounding-set", "-dac_override");

  private final Rig rig;
  private final Path archive;
  private final Launchd launchd;
  private final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));
  private long pid;
  private int version;

  /** Installs it. */
  InstalledDaemon(Rig rig, Path archive, SteppedClock clock) throws Exception {
    this.rig = rig;
    this.archive = UnpackedRelease.in(archive).folder();
    this.launchd = Launchd.of(rig.mac.root(), Duration.ofSeconds(1));
    launchd.settleSeconds = 1;
    environment.putAll(clock.environment());
    List<String> before = new ArrayList<>(HUMBLE);
    before.add("/usr/bin/env");
    clock.environment().forEach((name, value) -> before.add(name + "=" + value));
    launchd.before = before;
    Ended installed = install("--java", JAVA);
    assertEquals(0, installed.exit(), installed::toString);
    awaitAnother();
  }

  long pid() {
    return pid;
  }

  /** Whether it runs, and has not ended and been started again. */
  boolean isAlive() {
    return launchd.pid() == pid;
  }

  void signal(String name) throws Exception {
    Script.run(Path.of("/"), Map.of("PATH", "/usr/bin:/bin"), "kill", "-" + name, "" + pid);
  }

  /** Kills it; launchd starts it again. */
  void kill() throws Exception {
    signal("KILL");
    awaitAnother();
  }

  /**
   * Upgrades it by the installer of a release with a higher version. Returns whether that one runs
   * now; if not, because the installer refused or took it back, the earlier one does.
   */
  boolean upgrade() throws Exception {
    String before = current();
    nextVersion();
    Ended ended = install();
    String now = current();
    boolean done = now.equals("releases/9.0." + version);
    assertEquals(done, ended.exit() == 0, ended::toString);
    assertTrue(done || now.equals(before), ended::toString);
    if (launchd.pid() != pid) {
      awaitAnother();
    }
    return done;
  }

  /** Removes the program; its state and its logs stay. */
  void uninstall() throws Exception {
    Ended removed = install("--uninstall");
    assertEquals(0, removed.exit(), removed::toString);
    assertEquals(-1, launchd.pid());
  }

  private void awaitAnother() {
    long before = pid;
    pid = Patience.until(launchd::pid, now -> now > 0 && now != before);
  }

  private String current() throws IOException {
    return Files.readSymbolicLink(rig.mac.path(SUPPORT + "current")).toString();
  }

  private void nextVersion() throws IOException {
    version++;
    try (Stream<Path> jars = Files.list(archive.resolve("dist/lib"))) {
      Path jar =
          jars.filter(file -> file.getFileName().toString().startsWith("kextwatch-agent-"))
              .findFirst()
              .orElseThrow();
      Path named = jar.resolveSibling("kextwatch-agent-9.0." + version + ".jar");
      Files.move(jar, named, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private Ended install(Object... options) throws Exception {
    List<Object> all = new ArrayList<>(List.of(archive.resolve("install.sh"), "--root"));
    all.addAll(List.of(rig.mac.root(), "--no-archive", "--accept-unpatched-java"));
    all.addAll(List.of(options));
    return Script.run(archive, environment, "dash", all.toArray());
  }

  @Override
  public void close() throws IOException {
    launchd.close();
    Patience.until(() -> launchd.pid() < 0); // so that its disk can be taken away
  }
}
