package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.cli.Main;
import org.kextwatch.agent.daemon.QuietDay;
import org.kextwatch.agent.daemon.RealTickDaemon;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.Footprint.Cycle;
import org.kextwatch.program.Footprint.Way;
import org.kextwatch.program.ProcessCost.WakeUps;
import org.kextwatch.simulator.MacModel;

/**
 * What the daemon costs at rest and at work, as a release runs it and otherwise, and what a script
 * costs that does the same. Runs with {@code -Pbench} only and needs gcc, nginx, bash, curl, jq and
 * sqlite3. {@code -Dbench.idle}, {@code -Dbench.day} and {@code -Dbench.cycles} say how long, in
 * seconds; {@code -Dbench.otherJdk} is a second JDK; {@code -Dkextwatch.write=true} writes the
 * figures into the documents.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class FootprintBench {
  private static final Duration IDLE = seconds("bench.idle", 600);
  private static final Duration CYCLES = seconds("bench.cycles", 60);
  private static final Duration WARM_UP = CYCLES;

  /** How long the fast day is lived: 960 s are eight hours of it. */
  private static final Duration DAY = seconds("bench.day", 960);

  private static final int STARTS = Integer.getInteger("bench.starts", 5);
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  private static final Map<String, Object> SHIPPED =
      Map.of(
          "healthIntervalSeconds", 300,
          "atRiskIntervalSeconds", 60,
          "heartbeatIntervalSeconds", 900,
          "confirmSeconds", 60,
          "settleSeconds", 600);

  /** A thirtieth of that, as the tick of a simulated Mac is 1 s and that of a real one 30 s. */
  private static final Map<String, Object> FAST =
      Map.of(
          "healthIntervalSeconds", 10,
          "atRiskIntervalSeconds", 2,
          "heartbeatIntervalSeconds", 30,
          "confirmSeconds", 2,
          "settleSeconds", 20);

  @TempDir private Path folder;

  private FootprintMacs macs;

  private static Duration seconds(String property, int usual) {
    return Duration.ofSeconds(Integer.getInteger(property, usual));
  }

  @Test
  void theDaemonCostsLittle() throws Exception {
    try (FootprintMacs made = new FootprintMacs(folder)) {
      macs = made;
      Path bundled = macs.runtimeOf(JDK);
      long begun = System.nanoTime();
      AgentProcess fast = fastDay(bundled);
      List<AtRest> daemons = daemons(bundled);
      AtRest awaiting = start("awaiting", MacModel.MOJAVE, bundled, true);
      Thread.sleep(IDLE.dividedBy(2).toMillis());
      Duration morning = ProcessCost.own(fast.pid());
      double lived = hours(begun);
      for (AtRest daemon : daemons) {
        daemon.count();
      }
      awaiting.count();
      Thread.sleep(IDLE.dividedBy(2).toMillis());
      double awaitingWakeUps = awaiting.end().wakeUps();
      List<Way> ways = new ArrayList<>();
      for (AtRest daemon : daemons) {
        ways.add(daemon.end());
      }
      double day = day(fast, begun, morning, lived);
      QuietDay.Cost counted = new QuietDay(macs.subfolder("quiet")).cost(24);
      check(new Footprint(ways, awaitingWakeUps, day, counted, cycle(bundled), script()));
    }
  }

  private static void check(Footprint footprint) throws Exception {
    String text = footprint.text();
    Figures.write("FootprintBench", IDLE.toSeconds() + " s of rest", text);
    Figures.draw("footprint.svg", FootprintChart.of(footprint));
    Way shipped = footprint.ways().get(0);
    assertTrue(shipped.anonymous() < 32, text);
    assertTrue(shipped.resident() < 75, text);
    assertTrue(shipped.wakeUps() < 1.5, text);
    assertTrue(footprint.awaitingWakeUps() < 4, text);
    assertTrue(footprint.day() < 12, text);
    assertTrue(footprint.cycle().own() < 40, text);
    assertTrue(footprint.ratio() < 1, text);
  }

  private List<AtRest> daemons(Path bundled) throws Exception {
    List<AtRest> daemons = new ArrayList<>();
    String java = "Java " + Runtime.version().feature();
    daemons.add(start(java + " of the release, archive", MacModel.SEQUOIA, bundled, true));
    daemons.add(start(java + " of the release", MacModel.SEQUOIA, bundled, false));
    daemons.add(start(java + " of the Mac, archive", MacModel.SEQUOIA, JDK, true));
    daemons.add(start(java + " of the Mac", MacModel.SEQUOIA, JDK, false));
    daemons.add(start(java + " without any flags", MacModel.SEQUOIA, null, false));
    String other = System.getProperty("bench.otherJdk");
    if (other != null) {
      Path runtime = macs.runtimeOf(Path.of(other));
      String name = "the Java of " + Path.of(other).getFileName();
      daemons.add(start(name + ", archive", MacModel.SEQUOIA, runtime, true));
    }
    return daemons;
  }

  /** Measures how soon it starts, then leaves one at rest that has the tick of a real Mac. */
  private AtRest start(String name, MacModel model, @Nullable Path java, boolean withArchive)
      throws Exception {
    Rig rig = macs.mac(name, model, SHIPPED);
    Path release = java == null ? null : macs.install(rig, java, withArchive);
    List<String> program = release == null ? plainJava(Main.class) : program(release);
    Path status = rig.mac.path(AgentPaths.STATUS);
    List<Duration> times = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      Files.deleteIfExists(status);
      long begun = System.nanoTime();
      AgentProcess agent = macs.start(rig, program);
      while (Files.notExists(status)) {
        Thread.sleep(1);
      }
      times.add(Duration.ofNanos(System.nanoTime() - begun));
      rig.stop(agent);
    }
    AgentProcess agent =
        macs.start(
            rig,
            release == null ? plainJava(RealTickDaemon.class) : RealTickDaemon.program(release));
    return new AtRest(name, BenchTable.rank(times, 0.5).toNanos() / 1e9, agent);
  }

  private AgentProcess fastDay(Path bundled) throws Exception {
    Rig rig = macs.mac("day", MacModel.SEQUOIA, FAST);
    return macs.start(rig, program(macs.install(rig, bundled, true)));
  }

  /** Its own processor time in 24 such hours, in seconds; the later hours stand for the rest. */
  private static double day(AgentProcess fast, long begun, Duration morning, double lived)
      throws Exception {
    Thread.sleep(Math.max(0, DAY.toMillis() - (System.nanoTime() - begun) / 1_000_000));
    double all = hours(begun);
    Duration later = ProcessCost.own(fast.pid()).minus(morning);
    fast.close();
    return (morning.toMillis() + later.toMillis() * (24 - lived) / (all - lived)) / 1e3;
  }

  private static double hours(long begun) {
    return (System.nanoTime() - begun) * 30.0 / TimeUnit.HOURS.toNanos(1);
  }

  private Cycle cycle(Path bundled) throws Exception {
    Rig rig = macs.busyMac("cycle");
    AgentProcess agent = macs.start(rig, program(macs.install(rig, bundled, true)));
    Cycle cycle = perPost(agent.pid());
    agent.close();
    return cycle;
  }

  private Cycle script() throws Exception {
    Rig rig = macs.busyMac("script");
    Path state = macs.subfolder("state");
    Process bash =
        new ProcessBuilder(
                "bash",
                Script.AGENT.resolve("demo/src/test/resources/bench/script.sh").toString(),
                rig.mac.root().toString(),
                macs.receiver.address(),
                rig.mac.path(Rig.CA_BUNDLE).toString(),
                state.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("script.out").toFile())
            .start();
    macs.keep(bash::destroy);
    Cycle cycle = perPost(bash.pid());
    bash.destroy();
    assertEquals("", Files.readString(folder.resolve("script.out")));
    return cycle;
  }

  private Cycle perPost(long pid) throws Exception {
    Thread.sleep(WARM_UP.toMillis());
    macs.receiver.forget();
    Duration own = ProcessCost.own(pid);
    Duration all = ProcessCost.withTools(pid);
    Thread.sleep(CYCLES.toMillis());
    double posts = macs.receiver.arrived();
    assertTrue(posts > CYCLES.toSeconds() / 3.0, posts + " requests");
    return new Cycle(
        ProcessCost.own(pid).minus(own).toMillis() / posts,
        ProcessCost.withTools(pid).minus(all).toMillis() / posts);
  }

  private static List<String> program(Path release) {
    return List.of(release.resolve("bin/kextwatch").toString());
  }

  private static List<String> plainJava(Class<?> main) throws IOException {
    String classPath = RealTickDaemon.classPath(Script.AGENT.resolve("target/dist"));
    return List.of(JDK.resolve("bin/java").toString(), "-cp", classPath, main.getName());
  }

  /** A daemon at rest. */
  private static final class AtRest {
    private final String name;
    private final double start;
    private final AgentProcess agent;
    private WakeUps before = new WakeUps(Map.of());
    private long from;

    AtRest(String name, double start, AgentProcess agent) {
      this.name = name;
      this.start = start;
      this.agent = agent;
    }

    /** Wake-ups count from now. */
    void count() throws Exception {
      before = ProcessCost.wakeUps(agent.pid());
      from = System.nanoTime();
    }

    Way end() throws Exception {
      long pid = agent.pid();
      Duration time = Duration.ofNanos(System.nanoTime() - from);
      double wakeUps = ProcessCost.wakeUps(pid).perSecondSince(before, time);
      Way way =
          new Way(
              name,
              ProcessCost.mebibytes(pid, "Anonymous:"),
              ProcessCost.mebibytes(pid, "Rss:"),
              wakeUps,
              start);
      agent.close();
      return way;
    }
  }
}
