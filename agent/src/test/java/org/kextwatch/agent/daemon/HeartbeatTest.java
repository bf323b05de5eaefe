package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;

/** A heartbeat is sent only while the daemon looks. */
class HeartbeatTest {
  private static final Moment BEGAN = new Moment(StatusSamples.NOON, 0);
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "right after it,                          40,    40, true",
    "two intervals later,                    640,   640, true",
    "three intervals after its end,          940,   940, true",
    "more than three,                        941,   941, false",
    "asleep since it,                      28840,   100, false",
    "asleep while it ran,                  28800,    40, false",
    "the clock was set ahead since,         3640,    41, false",
    "the clock was set back since,         -3600,   600, true",
    "set back and too old,                 -3600,   941, false",
    "a little drift,                         945,   939, true"
  })
  void aLookIsFresh(String what, long wall, long awake, boolean fresh) {
    FinishedLook look = new FinishedLook(BEGAN, BEGAN.plus(Duration.ofSeconds(40)), INTERVAL);
    assertEquals(fresh, look.isFresh(at(wall, awake)), what);
  }

  @Test
  void thereIsNoneBeforeTheFirstLookHasEndedNorWithoutANewOne() throws Exception {
    AtomicReference<Moment> clock = new AtomicReference<>(BEGAN);
    Spool spool = new Spool(folder.resolve("spool"), new Disk());
    StateFile file = new StateFile(folder.resolve("state.json"), new Disk());
    Ledger ledger = Ledger.open(spool, file, "uuid", () -> Settings.defaults().spool());
    Heartbeat heartbeat = new Heartbeat(new EventWriter(), ledger, clock::get);
    assertTrue(heartbeat.get().isEmpty());

    heartbeat.use(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE), 900);
    assertTrue(heartbeat.get().isEmpty(), "the look is still under way");

    heartbeat.finishLook(new FinishedLook(BEGAN, BEGAN, INTERVAL));
    assertFalse(heartbeat.get().isEmpty());

    clock.set(at(901, 901));
    assertTrue(heartbeat.get().isEmpty());

    heartbeat.finishLook(new FinishedLook(at(901, 901), at(901, 901), INTERVAL));
    assertFalse(heartbeat.get().isEmpty());
  }

  @Test
  void itNamesTheStreamThatItsLastSequenceBelongsTo() throws Exception {
    Spool spool = new Spool(folder.resolve("spool"), new Disk());
    StateFile file = new StateFile(folder.resolve("state.json"), new Disk());
    Ledger ledger = Ledger.open(spool, file, "uuid", () -> Settings.defaults().spool());
    EventWriter writer = new EventWriter();
    Heartbeat heartbeat = new Heartbeat(writer, ledger, () -> BEGAN);
    Status status = StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
    heartbeat.use(status, 900);
    heartbeat.finishLook(new FinishedLook(BEGAN, BEGAN, INTERVAL));
    String first = ledger.state().streamId();
    StartedData data = new StartedData(status);
    ledger.commit(writer.write(data, status.device(), StatusSamples.NOON, first, 1), data);
    assertEquals(first + " 1", streamAndNumber(heartbeat));

    ledger.identify(new Hardware("C02", "other", "m", "arm64", "Mac", "boot"));
    String second = ledger.state().streamId();
    assertNotEquals(first, second);
    assertEquals(second + " 0", streamAndNumber(heartbeat));
  }

  private static String streamAndNumber(Heartbeat heartbeat) {
    CloudEvent event = heartbeat.get().orElseThrow();
    Matcher number = Pattern.compile("\"lastSequence\":(\\d+)").matcher(event.body().utf8());
    assertTrue(number.find());
    assertTrue(event.body().utf8().contains("\"streamid\":\"" + event.streamId() + '"'));
    return event.streamId() + " " + number.group(1);
  }

  private static Moment at(long wallSeconds, long awakeSeconds) {
    Duration awake = Duration.ofSeconds(awakeSeconds);
    return new Moment(StatusSamples.NOON.plusSeconds(wallSeconds), awake.toNanos());
  }
}
