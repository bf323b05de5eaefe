package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.mac.FaultyDisk;

/** Files of the spool that are damaged, cannot be read or cannot be deleted. */
final class DispatcherDiskTest extends DispatcherRig {

  @Test
  void aDamagedEventBlocksNoOther() throws IOException {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2)));
    Files.write(file(spool.pending().get(0)), new byte[7]);
    answer(200);
    dispatcher.step();
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertEquals(Set.of(DropReason.CORRUPT), Set.copyOf(spool.marked().values()));
    assertEquals(0, dispatcher.state().pending());
  }

  @Test
  void anEventThatAloneCannotBeReadIsGivenUpInTheEnd() throws IOException {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2)));
    disk.unreadable.add(file(spool.pending().get(0)));
    answer(200);
    for (int look = 1; look < 5; look++) {
      assertEquals(RetryState.LOCAL_RETRY, dispatcher.step());
      assertEquals("the spool cannot be read", dispatcher.state().lastError());
      clock.advance(RetryState.LOCAL_RETRY);
    }
    assertEquals(Map.of(), spool.marked());
    dispatcher.step();
    assertEquals(List.of(DropReason.CORRUPT), List.copyOf(spool.marked().values()));
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSpoolThatCannotBeReadLosesNothing(boolean isFolderAway) throws IOException {
    keep(List.of(EventSamples.changed(1), EventSamples.changed(2), EventSamples.changed(3)));
    lookLongAt(isFolderAway ? this::moveAway : () -> disk.isUnreadable = true);
    assertEquals(3, spool.pendingCount());
    disk.isUnreadable = false;
    if (isFolderAway) {
      Files.move(folder.resolve("away"), folder.resolve("new"));
    }
    answer(200, 200, 200);
    for (int look = 0; look < 10; look++) {
      clock.advance(dispatcher.step());
    }
    assertEquals(3, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
    assertEquals(Map.of(), spool.marked());
  }

  private void lookLongAt(Trouble trouble) throws IOException {
    dispatcher.close();
    dispatcher = dispatcher(settings(url("/hook")), Optional::empty);
    dispatcher.committed(3);
    trouble.begin();
    for (int look = 0; look < 240; look++) {
      clock.advance(dispatcher.step());
    }
  }

  private interface Trouble {
    void begin() throws IOException;
  }

  private void moveAway() throws IOException {
    Files.move(folder.resolve("new"), folder.resolve("away"));
  }

  @Test
  void whatIsNoEventBlocksNoOther() throws IOException {
    CloudEvent odd =
        new CloudEvent(
            "evt_x",
            EventType.STATUS_CHANGED,
            EventSamples.STREAM,
            1L,
            EventSamples.NOW,
            ByteString.encodeUtf8("[1]"));
    keep(List.of(odd, EventSamples.changed(2)));
    spool.open(); // as after a restart
    answer(200);
    dispatcher.step();
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void aDeliveredEventThatCannotBeDeletedIsNotSentAgain() throws IOException {
    keep(List.of(EventSamples.changed(1)));
    disk.faults.add(FaultyDisk.Fault.DELETE);
    answer(200);
    dispatcher.step();
    dispatcher.step();
    assertEquals(1, server.getRequestCount());
  }
}
