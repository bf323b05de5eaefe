package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.program.FickleReceiver.Mood;
import org.kextwatch.program.StateVolume.Refusal;

/** Whatever can happen to the real daemon, at random: one trouble at a time, and they add up. */
final class RandomTroubles implements AutoCloseable {
  private static final List<String> TOOLS =
      List.of("mdatp", "kextutil", "kextstat", "sqlite3", "codesign", "sysctl", "ioreg");
  private static final String[] GARBAGE = {
    "", "{", "healthy : maybe", "\0\u001b[31m", "end", "Index Refs Address", "{}\n".repeat(9_000)
  };
  private static final List<Mood> MOODS = List.of(Mood.values());

  /** Of the launcher and of Java, before it knows what to do on SIGTERM. */
  private static final Duration LONGEST_START = Duration.ofSeconds(30);

  private static final int ENDED_AS_IT_STARTED = 143;
  private static final Duration LONGEST_END = Duration.ofSeconds(60);

  private final Rig rig;
  private final FickleReceiver receiver;
  private final Random random;
  private final Path output;
  private final Map<String, Integer> counts = new TreeMap<>();
  private AgentProcess agent;
  private StateVolume volume;
  private long begun;
  private boolean isStopped;
  private int round;

  RandomTroubles(Rig rig, FickleReceiver receiver, Path folder, Random random) throws Exception {
    this.rig = rig;
    this.receiver = receiver;
    this.random = random;
    this.output = folder.resolve("agent.out");
    settings(Map.of());
    start();
  }

  AgentProcess agent() {
    return agent;
  }

  /** How often each has happened. */
  Map<String, Integer> counts() {
    return counts;
  }

  int count(String... troubles) {
    return Stream.of(troubles).mapToInt(trouble -> counts.getOrDefault(trouble, 0)).sum();
  }

  /** One more. */
  void happen() throws Exception {
    wake();
    switch (random.nextInt(19)) {
      case 0, 1, 2 -> toolFails();
      case 3, 4, 5 -> network();
      case 6, 7, 8, 9 -> macChanges();
      case 10, 11 -> settingsAreEdited();
      case 12, 13, 14 -> sleep();
      case 15, 16, 17 -> disk();
      default -> end();
    }
  }

  private void count(String trouble) {
    counts.merge(trouble, 1, Integer::sum);
  }

  private void toolFails() throws IOException {
    count("a tool fails");
    String tool = TOOLS.get(random.nextInt(TOOLS.size()));
    toolHeals(tool);
    String garbage = GARBAGE[random.nextInt(GARBAGE.length)];
    rig.mac.fault(
        tool,
        random.nextInt(4) * 9,
        random.nextBoolean() ? garbage : "",
        random.nextBoolean() ? garbage : "",
        random.nextInt(5) == 0 ? 4 : 0);
  }

  /** In one step, because the tool may be taking its fault just now. */
  private void toolHeals(String tool) throws IOException {
    Path old = rig.mac.path("/sim/old-fault");
    try {
      Files.move(rig.mac.path("/sim/fault-" + tool), old, StandardCopyOption.ATOMIC_MOVE);
      rig.mac.remove("/sim/old-fault");
    } catch (NoSuchFileException e) {
      // it has none
    }
  }

  private void network() {
    count("the receiver's mood");
    receiver.be(MOODS.get(random.nextInt(MOODS.size())));
  }

  private void macChanges() throws IOException {
    switch (random.nextInt(8)) {
      case 0 -> approve();
      case 1 -> {
        count("revocation");
        rig.mac.revoke();
      }
      case 2 -> boot();
      case 3 -> rig.mac.signed(random.nextBoolean());
      case 4 -> rig.mac.fullDiskAccess(random.nextBoolean());
      case 5 -> rig.mac.logOut();
      case 6 -> rig.mac.logIn();
      default -> count(rig.mac.clickAllow() ? "approval" : "no Allow button");
    }
    count("the Mac changes");
  }

  void approve() {
    count("approval");
    rig.mac.approveByProfile();
  }

  void boot() {
    count("boot");
    rig.mac.restart();
  }

  private void settingsAreEdited() throws IOException {
    count("settings edited");
    switch (random.nextInt(4)) {
      case 0 -> rig.mac.write("/Library/Application Support/Kextwatch/config.json", "{oops");
      case 1 -> settings(Map.of("healthIntervalSeconds", -1, "labels", Map.of("a", 1)));
      case 2 -> settings(Map.of("renewPrompt", random.nextBoolean()));
      default -> settings(Map.of("labels", Map.of("x", "y".repeat(random.nextInt(9)))));
    }
  }

  private void settings(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("endpoint", receiver.address());
    settings.put("healthIntervalSeconds", 5);
    settings.put("atRiskIntervalSeconds", 3);
    settings.put("heartbeatIntervalSeconds", 10);
    settings.put("toolTimeoutSeconds", 3);
    settings.put("promptRenewalSeconds", 20);
    settings.put("maxLoadAttempts", 3);
    settings.put("spool", Map.of("maxEvents", 10));
    settings.putAll(more);
    rig.settings(settings);
  }

  private void sleep() throws Exception {
    count("sleep");
    signal("STOP");
    isStopped = true;
  }

  private void wake() throws Exception {
    if (isStopped) {
      signal("CONT");
      isStopped = false;
    }
  }

  private void signal(String name) throws Exception {
    Script.run(Path.of("/"), Map.of("PATH", "/usr/bin:/bin"), "kill", "-" + name, "" + agent.pid());
  }

  private void disk() throws Exception {
    if (volume == null) {
      count("disk refuses");
      volume = Refusal.FORBIDDEN.of(rig, agent);
      volume.refuse();
    } else {
      diskHeals();
    }
  }

  private void diskHeals() throws Exception {
    if (volume != null) {
      volume.allow();
      volume = null;
    }
  }

  /** Killed, or stopped by an upgrade; then another process starts. */
  private void end() throws Exception {
    diskHeals();
    if (random.nextBoolean()) {
      count("kill -9");
      agent.kill();
      rig.inbound.doubtLast();
    } else {
      count("upgrade");
      rig.mac.write(AgentPaths.STOP_CAUSE, "upgrade\n", "rw-------");
      boolean isStarting = System.nanoTime() - begun < LONGEST_START.toNanos();
      int exit = agent.terminate(LONGEST_END);
      if (exit != 0 && !(exit == ENDED_AS_IT_STARTED && isStarting)) {
        throw new AssertionError("after SIGTERM it ended with " + exit);
      }
    }
    start();
  }

  private void start() throws IOException {
    List<String> program = new ArrayList<>();
    if (Owner.current().isRoot()) {
      program.addAll(List.of("setpriv", "--bounding-set", "-dac_override"));
    }
    program.add(Rig.PROGRAM.toString());
    agent = AgentProcess.start(program, rig.mac.root(), output);
    begun = System.nanoTime();
  }

  /** What the daemon does, and has done lately, for one that goes wrong. */
  String evidence() throws Exception {
    signal("QUIT"); // then Java prints what each thread does
    Thread.sleep(2_000);
    Path log = rig.mac.path(AgentPaths.LOG_FOLDER + "/agent.log");
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    List<Delivery> events = rig.inbound.stream();
    return "alive %s, %s\n%s\n%s\n%s"
        .formatted(
            agent.isAlive(),
            counts,
            events.subList(Math.max(0, events.size() - 12), events.size()).stream()
                .map(event -> event.sequence() + " " + event.type() + " " + event.data("changes"))
                .collect(Collectors.joining("\n")),
            String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())),
            rig.printed());
  }

  /** All is well again, which events say with a label of the round. Returns that label. */
  String heal() throws Exception {
    wake();
    diskHeals();
    for (String tool : TOOLS) {
      toolHeals(tool);
    }
    rig.mac.signed(true);
    rig.mac.fullDiskAccess(true);
    rig.mac.logIn();
    approve();
    boot(); // at which macOS loads what is approved
    receiver.be(Mood.GOOD);
    String label = "quiet " + ++round;
    settings(Map.of("labels", Map.of("round", label), "headers", Map.of("X-Round", label)));
    return label;
  }

  @Override
  public void close() throws Exception {
    wake();
    agent.close();
  }
}
