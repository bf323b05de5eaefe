package org.kextwatch.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.event.EventData.DropReason.EVICTED;
import static org.kextwatch.agent.event.EventData.DropReason.REJECTED;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.FaultyDisk;

final class SpoolBoundsTest extends OnASpool {
  private static final Duration YEAR = Duration.ofDays(365);

  @Test
  void theOldestGoWhenThereAreTooMany() throws IOException {
    keep(1, 10);
    evict(atMost(4), null);
    assertEquals(List.of(7L, 8L, 9L, 10L), sequences(spool));
    assertEquals(LongStream.rangeClosed(1, 6).boxed().toList(), lost(spool, EVICTED));
  }

  @Test
  void theOldestGoWhenTheyAreTooLarge() throws IOException {
    keep(1, 10);
    long size = Files.size(files("new").get(0));
    evict(new SpoolBounds(1_000, 3 * size + 5, YEAR), null);
    assertEquals(List.of(8L, 9L, 10L), sequences(spool));
  }

  @Test
  void theSizeIsKnownAfterARestartToo() throws IOException {
    keep(1, 10);
    long size = Files.size(files("new").get(0));
    spool = reopened();
    assertTrue(spool.hasRoom(new SpoolBounds(11, 11 * size + 50, YEAR), 1, size));
    assertFalse(spool.hasRoom(new SpoolBounds(11, 10 * size + 50, YEAR), 1, size));
    assertFalse(spool.hasRoom(new SpoolBounds(10, 11 * size + 50, YEAR), 1, size));
    spool.remove(spool.pending().get(0));
    spool.prepareNext();
    assertTrue(spool.hasRoom(new SpoolBounds(10, 10 * size + 50, YEAR), 1, size));
  }

  @Test
  void whatIsTooOldGoes() throws IOException {
    keep(1, 3);
    keepAt(4, EventSamples.NOW.plus(Duration.ofDays(1)));
    keepAt(5, EventSamples.NOW.plus(Duration.ofDays(1)));
    evict(atMost(100), EventSamples.NOW.plusMillis(1));
    assertEquals(List.of(4L, 5L), sequences(spool));
  }

  @Test
  void whileTheClockIsNotTrustedNothingIsTooOld() throws IOException {
    keep(1, 3);
    evict(atMost(100), null);
    assertEquals(3, spool.pendingCount());
  }

  @Test
  void theNewestStatusStaysHoweverOldItIs() throws IOException {
    keep(1, 3);
    news(4);
    news(5);
    evict(atMost(100), Instant.MAX);
    assertEquals(List.of(3L), sequences(spool));
  }

  @Test
  void theNewestStatusStaysHoweverSmallTheSpool() throws IOException {
    keep(1, 3);
    news(4);
    evict(new SpoolBounds(1, 1, YEAR), null);
    assertEquals(List.of(3L), sequences(spool));
  }

  @Test
  void whatIsBeingSentStaysUntilItIsPutBack() throws IOException {
    keep(1, 5);
    SpoolEntry first = spool.pending().get(0);
    assertTrue(spool.checkOut(first).isPresent());
    evict(atMost(2), null);
    assertEquals(List.of(1L, 5L), sequences(spool));
    spool.release();
    evict(atMost(1), null);
    assertEquals(List.of(5L), sequences(spool));
  }

  @Test
  void whatWasGivenUpIsNotTaken() throws IOException {
    keep(1, 3);
    SpoolEntry first = spool.pending().get(0);
    evict(atMost(1), null);
    assertTrue(spool.checkOut(first).isEmpty());
  }

  @Test
  void filesStayUntilTheLossIsNoted() throws IOException {
    keep(1, 3);
    evict(atMost(1), null);
    assertEquals(3, files("new").size());
    spool.discard(spool.marked().keySet());
    assertEquals(1, files("new").size());
    assertEquals(List.of(), files("quarantine"));
  }

  @Test
  void aCrashBeforeThatGivesNothingUp() throws IOException {
    keep(1, 3);
    evict(atMost(1), null);
    spool = reopened();
    assertEquals(List.of(1L, 2L, 3L), sequences(spool));
  }

  @Test
  void whatCannotBeDeletedDoesNotComeBack() throws IOException {
    keep(1, 3);
    evict(atMost(1), null);
    disk.faults.add(FaultyDisk.Fault.DELETE);
    spool.discard(spool.marked().keySet());
    disk.faults.clear();
    spool.open();
    assertEquals(List.of(3L), sequences(spool));
  }

  @Test
  void theQuarantineKeepsTheNewestFilesWithinTheSameBounds() throws IOException {
    keep(1, 6);
    for (SpoolEntry entry : spool.pending()) {
      spool.markDropped(entry, REJECTED);
      Path file = folder.resolve("new").resolve(entry.fileName());
      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000 * entry.sequence()));
    }
    spool.discard(spool.marked().keySet());
    assertEquals(6, spool.quarantinedCount());
    evict(atMost(2), null);
    assertEquals(2, spool.quarantinedCount());
    assertEquals(List.of(5L, 6L), sequences(files("quarantine")));
  }

  @Test
  void whatCannotBeDeletedFromTheQuarantineKeepsNoOther() throws IOException {
    Path stuck = Files.createDirectories(folder.resolve("quarantine/stuck/full"));
    Files.setLastModifiedTime(stuck.getParent(), FileTime.fromMillis(1));
    for (int i = 0; i < 9; i++) {
      Files.write(folder.resolve("quarantine/junk-" + i), new byte[10]);
    }
    spool.open();
    spool.keepWithin(new SpoolBounds(3, 1 << 20, Duration.ofDays(14)), null);
    assertEquals(3, names("quarantine").size());
    assertEquals(3, spool.quarantinedCount());
  }

  @Test
  void theBoundOfBytesHoldsForTheQuarantineToo() throws IOException {
    Files.write(folder.resolve("quarantine/big"), new byte[5_000]);
    Files.write(folder.resolve("quarantine/small"), new byte[10]);
    Files.setLastModifiedTime(folder.resolve("quarantine/big"), FileTime.fromMillis(1));
    spool.open();
    evict(new SpoolBounds(100, 1_000, YEAR), null);
    assertEquals(1, spool.quarantinedCount());
    assertTrue(Files.exists(folder.resolve("quarantine/small")));
  }

  private void evict(SpoolBounds bounds, Instant tooOld) {
    spool.keepWithin(bounds, tooOld);
  }

  private static SpoolBounds atMost(int events) {
    return new SpoolBounds(events, 1 << 30, YEAR);
  }

  private void keep(long from, long to) throws IOException {
    for (long sequence = from; sequence <= to; sequence++) {
      keepAt(sequence, EventSamples.NOW);
    }
  }

  private void keepAt(long sequence, Instant time) throws IOException {
    spool.append(
        EventSamples.event(
            new StartedData(EventSamples.STATUS), time, EventSamples.STREAM, sequence));
  }

  private void news(long sequence) throws IOException {
    spool.append(EventSamples.event(new DroppedData(1, 1, 1, EVICTED), sequence));
  }

  private List<Path> files(String part) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(part))) {
      return files.sorted().toList();
    }
  }

  private static List<Long> sequences(List<Path> files) {
    return files.stream()
        .map(file -> SpoolEntry.named(file.getFileName().toString()).orElseThrow().sequence())
        .toList();
  }
}
