package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.simulator.SimulatedExtensions.ENDPOINT_SECURITY;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.program.FickleReceiver.Mood;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedExtensions;

/**
 * The real daemon sends to docs/receivers/receiver.mjs, which is killed again and again while the
 * Mac changes. Needs node, npm and sqlite3.
 */
@Tag("soak")
class ReceiverToCopyIT {
  private static final int KILLS = 12;
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);

  @TempDir private Path folder;

  @Test
  void itStoresEachNumberOnceInOrderWhateverKillsIt() throws Exception {
    Random random = new Random(SEED);
    try (Rig rig = Rig.in(folder, MacModel.BIG_SUR);
        CopiedReceiver copied = new CopiedReceiver(folder);
        // what receiver.mjs takes also goes to the rig, which checks signatures and numbers
        FickleReceiver way = new FickleReceiver(rig.inbound, copied.address(), rig.endpoint())) {
      rig.settings(Map.of("endpoint", way.address()));
      copied.start();
      try (AgentProcess agent = rig.start()) {
        rig.inbound.await("status.changed", "awaiting_approval");
        for (int kill = 0; kill < KILLS; kill++) {
          // every third time the event is stored, but the Mac does not learn it before the kill
          way.be(kill % 3 == 2 ? Mood.FORGETFUL : Mood.GOOD);
          int before = rig.inbound.stream().size();
          happen(rig, kill);
          if (kill % 3 == 2) {
            Patience.until(() -> rig.inbound.stream().size() > before);
          } else {
            Thread.sleep(random.nextInt(2_000));
          }
          copied.kill();
          way.be(Mood.GOOD);
          happenMeanwhile(rig, kill);
          Thread.sleep(random.nextInt(1_500));
          copied.start();
          String verdict = kill % 2 == 0 ? "protected" : "at_risk";
          Patience.until(() -> newestVerdict(rig), verdict::equals);
        }
        rig.settings(Map.of("endpoint", way.address(), "labels", Map.of("life", "the last")));
        rig.inbound.await("status.heartbeat", "the last");
        rig.stop(agent);
      }
      rig.inbound.await("agent.stopping", "signal");
      copied.kill();
      check(rig, copied.stored());
    }
  }

  private static void check(Rig rig, List<Row> stored) throws IOException {
    assertEquals(List.of(), rig.inbound.flaws(), "seed " + SEED);
    assertEquals(0, rig.received("events.dropped"));
    assertTrue(rig.inbound.duplicates() > 0, "nothing was sent twice");

    List<Row> numbered = stored.stream().filter(row -> row.number() > 0).toList();
    assertEquals(
        LongStream.rangeClosed(1, numbered.size()).boxed().toList(),
        numbered.stream().map(Row::number).toList(),
        "seed " + SEED);
    assertTrue(numbered.size() > KILLS, () -> numbered.size() + " events");
    assertEquals(
        rig.inbound.stream().stream().map(Delivery::body).toList(),
        numbered.stream().map(Row::body).toList());

    List<String> bodies = stored.stream().map(Row::body).toList();
    List<String> lost =
        new ArrayList<>(
            rig.inbound.ofType("status.heartbeat").stream().map(Delivery::body).toList());
    lost.removeAll(bodies);
    assertEquals(List.of(), lost, "heartbeats that were acknowledged and are not there");
    assertEquals(List.of(), bodies.stream().flatMap(body -> Schemas.flaws(body).stream()).toList());
    assertEquals("", rig.printed());
    write(rig, stored.size(), numbered.size());
  }

  private static @Nullable Object newestVerdict(Rig rig) {
    List<Delivery> stream = rig.inbound.stream();
    return stream.get(stream.size() - 1).data("status", "verdict");
  }

  /** Changes the verdict of the Mac, so that there is an event to send. */
  private static void happen(Rig rig, int turn) {
    SimulatedExtensions extensions = rig.mac.systemExtensions();
    if (turn == 0) {
      extensions.userAllows();
    } else if (turn % 2 == 1) {
      extensions.switchOff(ENDPOINT_SECURITY);
    } else {
      rig.mac.fullDiskAccess(true);
      rig.mac.signed(true);
      extensions.switchOn(ENDPOINT_SECURITY);
    }
  }

  /** Changes more while the receiver is away, but not the verdict. */
  private static void happenMeanwhile(Rig rig, int turn) {
    switch (turn % 4) {
      case 1 -> rig.mac.fullDiskAccess(false);
      case 3 -> rig.mac.signed(false);
      default -> rig.mac.restart();
    }
  }

  private static void write(Rig rig, int stored, int numbered) throws IOException {
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(
        figures.resolve("receiver.txt"),
        "kills %d, stored %d, with a number %d, answered 204 %d, of these again %d%n"
            .formatted(KILLS, stored, numbered, rig.inbound.arrivals(), rig.inbound.duplicates()));
  }

  /** A row of the database; the number is 0 for events without one, such as heartbeats. */
  private record Row(long number, String body) {}

  /** The receiver as an operator copies it. */
  private static final class CopiedReceiver implements AutoCloseable {
    private final Path folder;
    private final String node;
    private final Path secret;
    private final int port;
    private @Nullable Process process;

    CopiedReceiver(Path parent) throws Exception {
      folder = parent.resolve("receiver");
      Script.Ended ended =
          Script.run(
              parent, System.getenv(), "sh " + Script.AGENT + "/docs/receivers/prepare", folder);
      assertEquals(0, ended.exit(), ended::toString);
      node = ended.out().strip();
      secret = Files.writeString(folder.resolve("secret"), Rig.SECRET);
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
    }

    String address() {
      return "http://127.0.0.1:" + port + "/";
    }

    void start() throws IOException {
      Path output = folder.resolve("output");
      List<String> command =
          List.of(node, "receiver.mjs", secret.toString(), "events.db", Integer.toString(port));
      process =
          Script.start(
              new ProcessBuilder(command)
                  .directory(folder.toFile())
                  .redirectErrorStream(true)
                  .redirectOutput(output.toFile()));
      Patience.until(() -> Files.readString(output).contains("ready"));
    }

    void kill() throws InterruptedException {
      Objects.requireNonNull(process).destroyForcibly().waitFor();
    }

    /** What it stored, in that order. */
    List<Row> stored() throws Exception {
      Script.Ended ended =
          Script.run(
              folder,
              System.getenv(),
              "sqlite3",
              "events.db",
              "select coalesce(body ->> 'sequence', '0'), body from event order by rowid");
      assertEquals(0, ended.exit(), ended::toString);
      return ended.out().lines().map(CopiedReceiver::row).toList();
    }

    private static Row row(String line) {
      int bar = line.indexOf('|');
      return new Row(Long.parseLong(line.substring(0, bar)), line.substring(bar + 1));
    }

    @Override
    public void close() {
      if (process != null) {
        process.destroyForcibly();
      }
    }
  }
}
