package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.Footprint.Cycle;
import org.kextwatch.program.Footprint.Way;
import org.kextwatch.program.ProcessCost.WakeUps;
import org.kextwatch.simulator.MacModel;

/**
 * What the daemon costs at rest and at work, as a release runs it and otherwise, and what a script
 * costs that does the same. Runs with {@code -Pbench} only and needs gcc, nginx, bash, curl, jq and
 * sqlite3. {@code -Dbench.idle} and {@code -Dbench.cycles} say how long, in seconds; {@code
 * -Dkextwatch.write=true} writes the figures into the documents.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class FootprintBench {
  private static final Duration IDLE = seconds("bench.idle", 600);
  private static final Duration CYCLES = seconds("bench.cycles", 60);
  private static final Duration WARM_UP = CYCLES;
  private static final int STARTS = Integer.getInteger("bench.starts", 5);
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  /** What a release brings; launchd/archive.sh has the list too. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.xml,jdk.crypto.ec,jdk.httpserver";

  private static final Map<String, Object> SHIPPED =
      Map.of(
          "healthIntervalSeconds", 300,
          "atRiskIntervalSeconds", 60,
          "heartbeatIntervalSeconds", 900,
          "confirmSeconds", 60,
          "settleSeconds", 600);

  @TempDir private Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private QuickReceiver receiver;
  private QuickTools tools;
  private UnpackedRelease release;
  private Path bundled;

  private static Duration seconds(String property, int usual) {
    return Duration.ofSeconds(Integer.getInteger(property, usual));
  }

  /** A daemon at rest. */
  private record AtRest(String name, double start, AgentProcess agent) {}

  @Test
  void theDaemonCostsLittle() throws Exception {
    prepare();
    Footprint footprint = new Footprint(rest(), awaiting(), cycle(), script());
    String text = footprint.text();
    Figures.write("FootprintBench", IDLE.toSeconds() + " s of rest", text);
    Figures.draw("footprint.svg", FootprintChart.of(footprint));
    Way shipped = footprint.ways().get(0);
    assertTrue(shipped.anonymous() < 40, text);
    assertTrue(shipped.resident() < 90, text);
    assertTrue(shipped.wakeUps() < 2, text);
    assertTrue(footprint.awaitingWakeUps() < 6, text);
    assertTrue(footprint.cycle().own() < 60, text);
    assertTrue(footprint.ratio() < 2, text);
  }

  private void prepare() throws Exception {
    receiver = keep(new QuickReceiver(subfolder("nginx"), false, 0));
    tools = QuickTools.compile(folder);
    release = UnpackedRelease.in(folder.resolve("unpacked"));
    bundled = folder.resolve("runtime");
    Ended linked =
        Script.run(
            folder,
            ENVIRONMENT,
            jdk().resolve("bin/jlink").toString(),
            "--add-modules",
            MODULES,
            "--strip-java-debug-attributes",
            "--output",
            bundled);
    assertEquals(0, linked.exit(), linked::toString);
  }

  private List<Way> rest() throws Exception {
    List<AtRest> daemons = new ArrayList<>();
    String java = "Java " + Runtime.version().feature();
    daemons.add(start(java + " of the release, archive", bundled, true));
    daemons.add(start(java + " of the release", bundled, false));
    daemons.add(start(java + " of the Mac, archive", jdk(), true));
    daemons.add(start(java + " of the Mac", jdk(), false));
    daemons.add(start(java + " without any flags", null, false));
    Thread.sleep(IDLE.dividedBy(2).toMillis());
    List<WakeUps> before = new ArrayList<>();
    for (AtRest daemon : daemons) {
      before.add(ProcessCost.wakeUps(daemon.agent.pid()));
    }
    Duration half = IDLE.dividedBy(2);
    Thread.sleep(half.toMillis());
    List<Way> ways = new ArrayList<>();
    for (AtRest daemon : daemons) {
      long pid = daemon.agent.pid();
      WakeUps now = ProcessCost.wakeUps(pid);
      WakeUps then = before.get(ways.size());
      double tick = now.perSecondSince(then, half, "java"); // the thread that looks at the files
      ways.add(
          new Way(
              daemon.name,
              ProcessCost.mebibytes(pid, "Anonymous:"),
              ProcessCost.mebibytes(pid, "Rss:"),
              now.perSecondSince(then, half, "") - tick + 1.0 / 30,
              daemon.start));
      daemon.agent.close();
    }
    return ways;
  }

  private AtRest start(String name, @Nullable Path java, boolean withArchive) throws Exception {
    Rig rig = rig(name, MacModel.SEQUOIA, SHIPPED);
    List<String> program = java == null ? plainJava() : install(rig, java, withArchive);
    Path status = rig.mac.path(AgentPaths.STATUS);
    List<Duration> times = new ArrayList<>();
    AgentProcess agent = null;
    for (int i = 0; i < STARTS; i++) {
      if (agent != null) {
        rig.stop(agent);
      }
      Files.deleteIfExists(status);
      long begun = System.nanoTime();
      agent = keep(rig.start(program));
      while (Files.notExists(status)) {
        Thread.sleep(1);
      }
      times.add(Duration.ofNanos(System.nanoTime() - begun));
    }
    return new AtRest(name, BenchTable.rank(times, 0.5).toNanos() / 1e9, agent);
  }

  private double awaiting() throws Exception {
    Rig rig = rig("awaiting", MacModel.MOJAVE, SHIPPED);
    AgentProcess agent = keep(rig.start(install(rig, bundled, true)));
    Path status = rig.mac.path(AgentPaths.STATUS);
    Patience.until(
        () -> Files.exists(status) && Files.readString(status).contains("policy_blocked"));
    Thread.sleep(WARM_UP.toMillis() + 5_000); // the looks that follow a load are over
    WakeUps before = ProcessCost.wakeUps(agent.pid());
    Thread.sleep(CYCLES.multipliedBy(2).toMillis());
    double wakeUps =
        ProcessCost.wakeUps(agent.pid()).perSecondSince(before, CYCLES.multipliedBy(2), "");
    agent.close();
    return wakeUps;
  }

  private Cycle cycle() throws Exception {
    Rig rig = protectedMac("cycle");
    AgentProcess agent = keep(rig.start(install(rig, bundled, true)));
    Cycle cycle = perPost(agent.pid());
    agent.close();
    return cycle;
  }

  private Cycle script() throws Exception {
    Rig rig = protectedMac("script");
    Path state = subfolder("state");
    Process bash =
        new ProcessBuilder(
                "bash",
                Script.AGENT.resolve("demo/src/test/resources/bench/script.sh").toString(),
                rig.mac.root().toString(),
                receiver.address(),
                rig.mac.path(Rig.CA_BUNDLE).toString(),
                state.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("script.out").toFile())
            .start();
    keep(bash::destroy);
    Cycle cycle = perPost(bash.pid());
    bash.destroy();
    assertEquals("", Files.readString(folder.resolve("script.out")));
    return cycle;
  }

  private Cycle perPost(long pid) throws Exception {
    Thread.sleep(WARM_UP.toMillis());
    receiver.forget();
    Duration own = ProcessCost.own(pid);
    Duration all = ProcessCost.withTools(pid);
    Thread.sleep(CYCLES.toMillis());
    double posts = receiver.arrived();
    assertTrue(posts > CYCLES.toSeconds() / 3.0, posts + " requests");
    return new Cycle(
        ProcessCost.own(pid).minus(own).toMillis() / posts,
        ProcessCost.withTools(pid).minus(all).toMillis() / posts);
  }

  private Rig protectedMac(String name) throws Exception {
    Rig rig = rig(name, MacModel.MOJAVE, Map.of());
    rig.mac.approveByProfile();
    rig.mac.restart();
    return rig;
  }

  private Rig rig(String name, MacModel model, Map<String, ?> settings) throws IOException {
    Rig rig = keep(Rig.in(subfolder(name), model));
    tools.install(rig.mac.root());
    rig.mac.write(Rig.CA_BUNDLE, receiver.pem());
    Map<String, Object> all = new HashMap<>(settings);
    all.put("endpoint", receiver.address());
    all.put("caBundle", Rig.CA_BUNDLE);
    rig.settings(all);
    return rig;
  }

  private List<String> install(Rig rig, Path java, boolean withArchive) throws Exception {
    return List.of(release.install(rig, java, withArchive).resolve("bin/kextwatch").toString());
  }

  private static List<String> plainJava() {
    String jars = Script.AGENT.resolve("target/dist/lib/*").toString();
    return List.of(
        jdk().resolve("bin/java").toString(), "-cp", jars, "org.kextwatch.agent.cli.Main");
  }

  private static Path jdk() {
    return Path.of(System.getProperty("bench.java", System.getProperty("java.home")));
  }

  private Path subfolder(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name.replaceAll("\\W+", "-")));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.add(resource);
    return resource;
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }
}
