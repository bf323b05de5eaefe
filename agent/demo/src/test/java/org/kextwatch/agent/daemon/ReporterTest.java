package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Assessor.Assessment;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Resources;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.VerdictSince;
import org.kextwatch.demo.receiver.SignatureVerifier;
import org.kextwatch.demo.receiver.WebhookReceiver;
import org.kextwatch.program.ReceivedEvents;
import org.kextwatch.program.Rig;

/** What is told, in which order, and what waits until somebody listens. */
class ReporterTest {
  private static final Status PROTECTED =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  private static final Assessment LOOK =
      new Assessment(
          PROTECTED,
          PROTECTED,
          new VerdictSince(PROTECTED.verdict(), PROTECTED.reason(), StatusSamples.NOON),
          LostSight.NONE,
          Duration.ofMinutes(5));

  @TempDir private Path folder;

  private final ReceivedEvents inbound = new ReceivedEvents();
  private final List<EventData> committed = new ArrayList<>();
  private SpoolBounds bounds = Settings.defaults().spool();
  private WebhookReceiver receiver;
  private Spool spool;
  private Ledger ledger;
  private DeliveryThread delivery;
  private Reporter reporter;

  @BeforeEach
  void start() throws Exception {
    receiver = WebhookReceiver.listen(0, null, SignatureVerifier.of(Rig.SECRET), inbound::add);
    SystemRoot root = SystemRoot.at(folder);
    Path support = folder.resolve("Library/Application Support/Kextwatch");
    Files.createDirectories(support);
    put(support.resolve("secret"), Rig.SECRET.getBytes(StandardCharsets.UTF_8));
    put(
        support.resolve("config.json"),
        Json.write(Map.of("endpoint", receiver.address().toString(), "proxy", "none")));
    spool = new Spool(folder.resolve("spool"), new Disk());
    ledger =
        Ledger.open(
            spool, new StateFile(folder.resolve("state.json"), new Disk()), "uuid", () -> bounds);
    EventWriter writer = new EventWriter();
    Heartbeat heartbeat = new Heartbeat(writer, ledger);
    Settings settings = new SettingsReader(root).read().settings();
    delivery = new DeliveryThread(spool, root, "0.1.0", "a device", settings, heartbeat);
    reporter =
        new Reporter(
            writer,
            ledger,
            delivery,
            heartbeat,
            Instant.now(),
            () -> List.of("a warning"),
            () -> Resources.UNKNOWN,
            committed::add,
            true);
  }

  @AfterEach
  void end() {
    delivery.stop(Duration.ZERO);
    receiver.close();
  }

  @Test
  void theStartIsToldOnceAndAGoodBeginningIsNoNews() throws IOException {
    reporter.report(LOOK, 900);
    reporter.report(LOOK, 900);
    assertEquals(List.of(EventType.AGENT_STARTED), waiting());
    assertEquals(PROTECTED, ledger.state().told());
  }

  @Test
  void anAttemptAndTheEndAreTold() throws IOException {
    reporter.report(LOOK, 900);
    Attempt attempt = new Attempt(StatusSamples.NOON, Outcome.LOADED, 0, "");
    reporter.reportAttempt(PROTECTED, attempt, Trigger.APPROVED);
    reporter.reportStop(EventData.Cause.UPGRADE);
    assertEquals(
        List.of(EventType.AGENT_STARTED, EventType.LOAD_ATTEMPTED, EventType.AGENT_STOPPING),
        waiting());
    assertEquals(attempt, ledger.state().loads().last());
  }

  @Test
  void anAttemptThatTheDiskDidNotTakeIsToldWithTheNextLook() throws IOException {
    reporter.report(LOOK, 900);
    Path fresh = folder.resolve("spool/new");
    Files.move(fresh, folder.resolve("away"));
    Attempt attempt = new Attempt(StatusSamples.NOON, Outcome.FAILED, 1, "");
    reporter.reportAttempt(PROTECTED, attempt, Trigger.APPROVED);
    assertEquals(1, spool.pendingCount());
    assertEquals(1, committed.size(), "nobody is told of an event that was not kept");

    Files.move(folder.resolve("away"), fresh);
    reporter.report(LOOK, 900);
    reporter.report(LOOK, 900);
    assertEquals(List.of(EventType.AGENT_STARTED, EventType.LOAD_ATTEMPTED), waiting());
    assertEquals(waiting(), committed.stream().map(EventData::type).toList());
  }

  @Test
  void whoNeverLookedHasNothingToSayAtTheEnd() throws IOException {
    reporter.reportStop(EventData.Cause.SIGNAL);
    assertEquals(List.of(), waiting());
  }

  @Test
  void aLossIsToldOnceSomebodyListensAndNotBefore() throws IOException {
    loseTwo();
    reporter.report(LOOK, 900);
    assertEquals(1, ledger.state().losses().untold().size());

    delivery.start();
    assertTrue(delivery.flush(Duration.ofSeconds(20)));
    reporter.report(LOOK, 900);
    assertEquals(List.of(), ledger.state().losses().untold());
    assertTrue(delivery.flush(Duration.ofSeconds(20)));
    assertEquals(1, inbound.ofType("events.dropped").size());
    assertTrue(inbound.ofType("events.dropped").get(0).body().contains("\"toSequence\":2"));
  }

  @Test
  void whileNobodyListensItIsNotTold() throws IOException {
    loseTwo();
    receiver.close();
    delivery.start();
    delivery.flush(Duration.ofMillis(500));
    reporter.report(LOOK, 900);
    reporter.report(LOOK, 900);
    assertEquals(1, ledger.state().losses().untold().size());
    assertEquals(2, ledger.state().losses().untold().get(0).count());
  }

  @Test
  void theStatusSaysHowMuchWasLostInAll() throws IOException {
    loseTwo();
    assertEquals(2, reporter.agentState().droppedEvents());
    assertEquals(List.of("a warning"), reporter.agentState().warnings());
  }

  /** Of four events the first two, for the spool is made smaller. */
  private void loseTwo() throws IOException {
    reporter.report(LOOK, 900);
    for (int i = 0; i < 3; i++) {
      reporter.reportStop(EventData.Cause.SIGNAL);
    }
    bounds = new SpoolBounds(2, 1 << 30, Duration.ofDays(14));
    ledger.settle();
    bounds = Settings.defaults().spool();
    assertEquals(2, spool.pendingCount());
  }

  private List<EventType> waiting() throws IOException {
    return spool.pending().stream().map(this::type).toList();
  }

  private EventType type(SpoolEntry entry) {
    try {
      return SpooledEvent.read(spool.read(entry).orElseThrow()).type();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void put(Path file, byte[] content) throws IOException {
    Files.write(file, content);
    Files.setPosixFilePermissions(file, Disk.PRIVATE);
  }
}
