package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;

/** Whose state it is, where the Mac says only later which Mac it is. */
class LedgerHardwareTest {
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
  private static final Hardware SILENT = new Hardware(null, null, null, "x86_64", null, null);
  private static final Hardware MAC = machine("C02", "uuid");
  private static final Hardware OTHER = machine("C03", "another");

  @TempDir private Path folder;
  private Spool spool;

  @Test
  void theMacThatItWasGoesOn() throws IOException {
    Ledger before = twoEvents();
    Ledger ledger = open(null);
    ledger.identify(SILENT);
    assertEquals(MAC.withoutBoot(), ledger.state().hardware());
    ledger.identify(MAC);
    assertEquals(before.state().streamId(), ledger.state().streamId());
    assertEquals(2, ledger.counted().sequence());
    assertEquals(List.of(), ledger.warnings());
  }

  @Test
  void anotherMacBeginsANewStreamAndSetsTheOldOneAside() throws IOException {
    Ledger before = twoEvents();
    before.keep(before.state().withReported(STATUS));
    Ledger ledger = open(null);
    ledger.identify(OTHER);
    assertNotEquals(before.state().streamId(), ledger.state().streamId());
    assertNotEquals(before.state().pseudonym(), ledger.state().pseudonym());
    assertEquals("another", ledger.state().hardwareUuid());
    assertEquals("C03", ledger.state().hardware().serialNumber());
    assertNull(ledger.state().told());
    assertEquals(0, ledger.counted().sequence());
    assertEquals(List.of(), spool.pending());
    assertEquals(DroppedRanges.NONE, ledger.state().losses());
    assertEquals(2, ledger.warnings().size(), () -> "" + ledger.warnings());

    assertTrue(commit(ledger));
    Ledger after = open("another");
    assertEquals(ledger.state(), after.state());
    assertEquals(List.of(1L), spool.pending().stream().map(SpoolEntry::sequence).toList());
    assertEquals(List.of(), after.warnings());
  }

  @Test
  void aStateThatDidNotKnowItsMacLearnsIt() throws IOException {
    Ledger ledger = open(null);
    assertTrue(commit(ledger));
    ledger.identify(MAC);
    assertEquals("uuid", ledger.state().hardwareUuid());
    assertEquals(1, ledger.counted().sequence());
    assertEquals(ledger.state(), open("uuid").state());
  }

  @Test
  void whatIsKnownIsWrittenOnce() throws IOException {
    Ledger ledger = twoEvents();
    Files.delete(folder.resolve("state.json"));
    ledger.identify(MAC);
    ledger.identify(SILENT);
    assertTrue(Files.notExists(folder.resolve("state.json")));
  }

  private Ledger twoEvents() throws IOException {
    Ledger ledger = open("uuid");
    ledger.identify(MAC);
    assertTrue(commit(ledger));
    assertTrue(commit(ledger));
    return ledger;
  }

  private static boolean commit(Ledger ledger) {
    State state = ledger.state();
    StartedData data = new StartedData(STATUS);
    CloudEvent event =
        new EventWriter()
            .write(
                data, STATUS.device(), StatusSamples.NOON, state.streamId(), state.sequence() + 1);
    return ledger.commit(event, data);
  }

  private Ledger open(String uuid) throws IOException {
    spool = new Spool(folder.resolve("spool"), new Disk());
    return Ledger.open(
        spool,
        new StateFile(folder.resolve("state.json"), new Disk()),
        uuid,
        () -> Settings.defaults().spool());
  }

  private static Hardware machine(String serial, String uuid) {
    return new Hardware(serial, uuid, "MacBookPro15,1", "x86_64", "Anna", "boot");
  }
}
