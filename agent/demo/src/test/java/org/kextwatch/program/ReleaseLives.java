package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.program.FickleReceiver.Mood;

/**
 * Lives of the daemons of several releases on one Mac, one after the other: each is killed at some
 * moment but the last, which delivers what is left.
 */
final class ReleaseLives {
  /** Events of 0.1.0 keep the name of their schema, as webhook.md says. */
  private static final String SCHEMA_OF_0_1_0 =
      "no schema of ours: https://schemas.kextwatch.org/1/";

  /** On a machine that has much else to do the lives need not be as long as the first, in ms. */
  private static final long LONG = 3_000;

  private final Rig rig;
  private final FickleReceiver receiver;
  private final Random random;
  private final Path spool;
  private final Path status;
  private final Path state;

  ReleaseLives(Rig rig, FickleReceiver receiver, long seed) {
    this.rig = rig;
    this.receiver = receiver;
    this.random = new Random(seed);
    this.state = rig.mac.path("/private/var/db/kextwatch");
    this.spool = state.resolve("spool/new");
    this.status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
  }

  /**
   * Lives them.
   *
   * @param programs launchers in the order of the releases; each gets an equal part of the kills
   */
  void live(List<Path> programs, int kills) throws Exception {
    int life = firstLife(programs.get(0));
    for (int kill = 1; kill < kills; kill++) {
      Path program = programs.get(kill * programs.size() / kills);
      receiver.be(random.nextInt(3) == 0 ? Mood.GOOD : Mood.AWAY);
      try (AgentProcess agent = rig.start(List.of(program.toString()))) {
        rig.inbound.doubtLast();
        Thread.sleep(random.nextInt(2 * life));
        CrashIT.happen(rig, kill);
        Thread.sleep(random.nextInt(life / 2));
        agent.kill();
      }
    }
    receiver.be(Mood.GOOD);
    int heartbeats = rig.received("status.heartbeat");
    Path last = programs.get(programs.size() - 1);
    try (AgentProcess agent = rig.start(List.of(last.toString()))) {
      rig.inbound.doubtLast();
      Patience.until(() -> rig.received("status.heartbeat") > heartbeats); // of this life
      Patience.until(() -> rig.inbound.numbers().flaws(), List::isEmpty);
      Patience.until(this::isSpoolEmpty);
      rig.stop(agent);
    }
    rig.inbound.await("agent.stopping", "signal");
  }

  /** Killed after its first status. Returns how many milliseconds that took on this machine. */
  private int firstLife(Path program) throws Exception {
    receiver.be(Mood.AWAY);
    String before = Files.exists(status) ? Files.readString(status) : "";
    long start = System.nanoTime();
    try (AgentProcess agent = rig.start(List.of(program.toString()))) {
      Patience.until(() -> Files.exists(status) && !Files.readString(status).equals(before));
      agent.kill();
    }
    return (int) Math.min(LONG, Duration.ofNanos(System.nanoTime() - start).toMillis());
  }

  /**
   * What is wrong: an event that waited came in other words, in another stream, or neither came nor
   * was reported as dropped; and whatever is wrong with any stream of events.
   *
   * @param waited the bodies that waited before the first life, by their numbers
   */
  List<String> flaws(Map<Long, String> waited) throws IOException {
    List<String> flaws = new ArrayList<>(rig.inbound.flaws());
    flaws.removeIf(flaw -> flaw.startsWith(SCHEMA_OF_0_1_0));
    String stream = null;
    for (Delivery event : rig.inbound.stream()) {
      String of = event.body().replaceFirst("(?s).*\"streamid\":\"([^\"]+)\".*", "$1");
      stream = stream == null ? of : stream;
      if (!of.equals(stream)) {
        flaws.add("#%d is of another stream".formatted(event.sequence()));
      }
      String body = waited.get(event.sequence());
      if (body != null && !body.equals(event.body())) {
        flaws.add("#%d came in other words than it waited in".formatted(event.sequence()));
      }
    }
    try (Stream<Path> files = Files.walk(state)) {
      files
          .filter(file -> file.toString().contains("quarantine/"))
          .forEach(file -> flaws.add(file + " was set aside"));
    }
    return flaws;
  }

  private boolean isSpoolEmpty() throws IOException {
    try (Stream<Path> waiting = Files.list(spool)) {
      return waiting.findAny().isEmpty();
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
