package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.program.StateVolume.Refusal;

/** Whatever can happen to the real daemon, at random: one trouble at a time, and they add up. */
final class RandomTroubles implements AutoCloseable {
  private static final List<String> TOOLS =
      List.of("mdatp", "kextutil", "kextstat", "sqlite3", "codesign", "sysctl", "ioreg");
  private static final String[] GARBAGE = {
    "", "{", "healthy : maybe", "\0\u001b[31m", "end", "Index Refs Address", "{}\n".repeat(9_000)
  };

  private static final int WHAT_IT_LIVES_THROUGH = 37;
  private static final int ENDS = Integer.getInteger("kextwatch.ends", 3);
  private static final Refusal[] REFUSALS = {Refusal.FULL, Refusal.FORBIDDEN};

  /** All that happens is within one day by any clock, so what a day allows is allowed once. */
  private static final Duration MOST_AHEAD = Duration.ofHours(6);

  /** With which signatures are still taken. */
  private static final Duration A_LITTLE = Duration.ofMinutes(4);

  private static final Duration LONGEST_SLEEP = Duration.ofHours(2);

  private final Rig rig;
  private final BadNetwork network;
  private final SteppedClock clock;
  private final InstalledDaemon daemon;
  private final Random random;
  private final Map<String, Integer> counts = new TreeMap<>();
  private StateVolume volume;
  private boolean isStopped;
  private int round;

  RandomTroubles(Rig rig, Path folder, Random random) throws Exception {
    this.rig = rig;
    this.random = random;
    this.network = new BadNetwork(rig, random.nextLong());
    this.clock = SteppedClock.in(folder);
    settings(Map.of());
    this.daemon = new InstalledDaemon(rig, folder.resolve("archive"), clock);
  }

  InstalledDaemon daemon() {
    return daemon;
  }

  /** How often each has happened. */
  Map<String, Integer> counts() {
    Map<String, Integer> all = new TreeMap<>(counts);
    all.putAll(network.counts());
    return all;
  }

  int count(String... troubles) {
    return Stream.of(troubles).mapToInt(trouble -> counts.getOrDefault(trouble, 0)).sum();
  }

  /** One more. */
  void happen() throws Exception {
    wake();
    switch (random.nextInt(WHAT_IT_LIVES_THROUGH + ENDS)) {
      case 0, 1, 2, 3, 4, 5 -> toolFails();
      case 6, 7, 8, 9, 10, 11, 12 -> count(network.change(random));
      case 13, 14, 15, 16, 17, 18, 19, 20 -> macChanges();
      case 21, 22, 23, 24 -> settingsAreEdited();
      case 25, 26, 27, 28 -> sleep();
      case 29, 30, 31, 32 -> disk();
      case 33, 34, 35, 36 -> clock();
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

  /** Sets the daemon's clock ahead and right again, as its status must show. */
  void tryTheClock() throws Exception {
    clock.set(MOST_AHEAD);
    Instant later = Instant.now().plus(MOST_AHEAD.dividedBy(2));
    Patience.until(this::observedAt, at -> at.isAfter(later));
    clock.set(Duration.ZERO);
    Patience.until(this::observedAt, at -> at.isBefore(later));
  }

  private Instant observedAt() throws IOException {
    String status = Files.readString(rig.mac.path(AgentPaths.STATUS));
    return Instant.parse(status.replaceFirst("(?s).*?\"observedAt\":\"([^\"]+)\".*", "$1"));
  }

  private void clock() {
    Duration before = clock.ahead();
    long most = (random.nextBoolean() ? A_LITTLE : MOST_AHEAD).toSeconds();
    clock.set(Duration.ofSeconds(random.nextLong(-most, most)));
    boolean isAhead = clock.ahead().compareTo(before) > 0;
    count(isAhead ? "the clock is set ahead" : "the clock is set back");
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

  /** Writes good settings, and these. */
  void settings(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("endpoint", network.endpoint());
    settings.put("caBundle", Rig.CA_BUNDLE);
    settings.put("healthIntervalSeconds", 5);
    settings.put("atRiskIntervalSeconds", 3);
    settings.put("heartbeatIntervalSeconds", 5);
    settings.put("toolTimeoutSeconds", 3);
    settings.put("promptRenewalSeconds", 20);
    settings.put("maxLoadAttempts", 3);
    settings.put("spool", Map.of("maxEvents", 10));
    settings.putAll(more);
    rig.settings(settings);
  }

  /** The monotonic clock of a Mac stands still in a sleep, so the time of day runs ahead. */
  private void sleep() throws Exception {
    count("sleep");
    daemon.signal("STOP");
    isStopped = true;
  }

  private void wake() throws Exception {
    if (isStopped) {
      Duration slept = Duration.ofSeconds(random.nextLong(LONGEST_SLEEP.toSeconds()));
      Duration ahead = clock.ahead().plus(slept);
      if (random.nextInt(3) == 0 && ahead.compareTo(MOST_AHEAD) < 0) {
        count("sleep of minutes or hours");
        clock.set(ahead);
      }
      daemon.signal("CONT");
      isStopped = false;
    }
  }

  private void disk() throws Exception {
    if (volume == null) {
      Refusal refusal = REFUSALS[random.nextInt(REFUSALS.length)];
      count("the disk is " + refusal);
      volume = refusal.of(rig, ProcessHandle.current().pid());
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
    if (random.nextInt(3) == 0) {
      count("kill -9");
      daemon.kill();
    } else {
      count(daemon.upgrade() ? "upgrade" : "upgrade refused or taken back");
    }
    rig.inbound.doubtLast();
  }

  /** What the daemon does, and has done lately, for one that goes wrong. */
  String evidence() throws Exception {
    daemon.signal("QUIT"); // then Java prints what each thread does
    Thread.sleep(2_000);
    Path log = rig.mac.path(AgentPaths.LOG_FOLDER + "/agent.log");
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    List<Delivery> events = rig.inbound.stream();
    return "alive %s, %s\n%s\n%s\n%s"
        .formatted(
            daemon.isAlive(),
            counts(),
            events.subList(Math.max(0, events.size() - 12), events.size()).stream()
                .map(event -> event.sequence() + " " + event.type() + " " + event.data("changes"))
                .collect(Collectors.joining("\n")),
            String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size())),
            printed());
  }

  /** What the daemon printed, which should be nothing. */
  String printed() throws IOException {
    return Files.readString(rig.mac.path(AgentPaths.LOG_FOLDER + "/launchd.log"));
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
    network.heal();
    clock.set(Duration.ZERO);
    String label = "quiet " + ++round;
    settings(Map.of("labels", Map.of("round", label), "headers", Map.of("X-Round", label)));
    return label;
  }

  @Override
  public void close() throws Exception {
    wake();
    daemon.close();
    network.close();
  }
}
