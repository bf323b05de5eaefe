package org.kextwatch.agent.spool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.FaultyDisk.Fault;

final class SpoolTest extends OnASpool {
  @Test
  void nobodyElseCanReadIt() throws IOException {
    spool.append(event(1));
    for (String part : List.of("", "tmp", "new", "quarantine")) {
      assertEquals("rwx------", permissions(folder.resolve(part)));
    }
    assertEquals("rw-------", permissions(file(only())));
  }

  @Test
  void foldersThatOthersCouldReadAreClosed() throws IOException {
    Files.setPosixFilePermissions(
        folder.resolve("new"), PosixFilePermissions.fromString("rwxr-xr-x"));
    reopened();
    assertEquals("rwx------", permissions(folder.resolve("new")));
  }

  @Test
  void theFileHoldsTheExactBody() throws IOException {
    CloudEvent event = event(42);
    spool.append(event);
    assertArrayEquals(event.body().toByteArray(), Files.readAllBytes(file(only())));
    assertTrue(
        only().fileName().matches("0c7f3f1e-0000000000000042\\.[0-9a-f]{8}\\.json"),
        only().fileName());
    assertArrayEquals(event.body().toByteArray(), spool.read(only()).orElseThrow());
  }

  @Test
  void eventsComeOutInTheOrderOfTheirNumbers() throws IOException {
    for (long sequence = 1; sequence <= 12; sequence++) {
      spool.append(event(sequence));
    }
    assertEquals(LongStream.rangeClosed(1, 12).boxed().toList(), sequences(spool));
    assertEquals(sequences(spool), sequences(reopened()));
    assertEquals(1, spool.pending().get(0).sequence());
    assertEquals(12, spool.pendingCount());
  }

  @Test
  void whatWasRemovedStaysRemoved() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    spool.remove(spool.pending().get(0));
    spool.prepareNext();
    assertEquals(List.of(2L), sequences(spool));
    assertEquals(List.of(2L), sequences(reopened()));
  }

  /** It is deleted while the next answer is awaited. */
  @Test
  void whatWasRemovedIsNotSentAgainThoughItsFileIsStillThere() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    spool.append(event(3));
    spool.remove(spool.pending().get(0));
    assertEquals(List.of(2L, 3L), sequences(spool));
    assertEquals(3, names("new").size());
    spool.open();
    assertEquals(List.of(2L, 3L), sequences(spool));

    spool.remove(spool.pending().get(0));
    spool.prepareNext();
    assertEquals(List.of(only().fileName()), names("new"));
    spool.prepareNext();
    assertEquals(1, names("new").size());
  }

  @Test
  void theNextEventIsReadWhileOneIsUnderWay() throws IOException {
    CloudEvent second = event(2);
    spool.append(event(1));
    spool.append(second);
    List<SpoolEntry> entries = spool.pending();
    spool.checkOut(entries.get(0));
    spool.prepareNext();
    disk.isUnreadable = true;
    assertEquals(second.body(), spool.checkOut(entries.get(1)).orElseThrow().body());
    assertThrows(IOException.class, () -> spool.checkOut(entries.get(1))); // once
    spool.prepareNext(); // there is none
    disk.isUnreadable = false;

    spool.checkOut(entries.get(0));
    spool.prepareNext();
    spool.checkOut(entries.get(0)); // it is sent again
    disk.isUnreadable = true;
    assertThrows(IOException.class, () -> spool.checkOut(entries.get(1)));
  }

  @Test
  void anEmptySpoolHasNothing() {
    assertTrue(spool.oldestExcept(Set.of()).isEmpty());
    assertEquals(List.of(), spool.pending());
    assertEquals(0, spool.highestSequence(EventSamples.STREAM));
  }

  @Test
  void theHighestNumberCountsWhatIsInQuarantineToo() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    Path second = file(spool.pending().get(1));
    Files.write(second, new byte[10]);
    Spool reopened = reopened();
    reopened.discard(reopened.marked().keySet());
    assertEquals(2, reopened.highestSequence(EventSamples.STREAM));
    assertEquals(2, reopened().highestSequence(EventSamples.STREAM));
    assertEquals(0, reopened.highestSequence("other"));
  }

  @Test
  void noNumberIsUsedTwice() throws IOException {
    spool.append(event(2));
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(2)));
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(1)));
    spool.remove(only());
    spool.prepareNext();
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(2)));
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void whatHasNoNumberIsNotKept() {
    assertThrows(IllegalArgumentException.class, () -> spool.append(EventSamples.test()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../etc", "a/b", "a.b", "ü", "a b"})
  void aStreamThatFitsNoFileNameIsRefused(String stream) {
    CloudEvent odd =
        EventSamples.event(new StartedData(EventSamples.STATUS), EventSamples.NOW, stream, 1);
    assertThrows(IllegalArgumentException.class, () -> spool.append(odd));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 10_000_000_000_000_000L})
  void aNumberThatFitsNoFileNameIsRefused(long sequence) {
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(sequence)));
  }

  @Test
  void anUnopenedSpoolKeepsNothing() {
    assertThrows(IOException.class, () -> new Spool(folder, disk).append(event(1)));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"FORCE_FOLDER", "DELETE"},
      mode = Mode.EXCLUDE)
  void aRefusedEventLeavesNothingBehind(Fault fault) throws IOException {
    spool.append(event(1));
    disk.faults.add(fault);
    assertThrows(IOException.class, () -> spool.append(event(2)));
    disk.faults.clear();

    assertEquals(List.of(1L), sequences(spool));
    assertEquals(List.of(), names("tmp"));
    assertEquals(1, names("new").size());
    assertEquals(1, spool.highestSequence(EventSamples.STREAM));
    spool.append(event(2));
    assertEquals(List.of(1L, 2L), sequences(reopened()));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"FORCE_FOLDER", "DELETE"},
      mode = Mode.EXCLUDE)
  void notEvenAFailingDeletionMakesARefusedEventSent(Fault fault) throws IOException {
    disk.faults.add(fault);
    disk.faults.add(Fault.DELETE);
    assertThrows(IOException.class, () -> spool.append(event(1)));
    assertEquals(0, spool.pendingCount());
    disk.faults.clear();
    reopened();
    assertEquals(List.of(), names("tmp"));
  }

  @Test
  void anEventWhoseFolderCannotBeForcedIsAccepted() throws IOException {
    disk.faults.add(Fault.FORCE_FOLDER);
    spool.append(event(1));
    assertEquals(List.of(1L), sequences(spool));
    assertEquals(1, spool.highestSequence(EventSamples.STREAM));
    assertEquals(List.of(1L), sequences(reopened()));
  }

  @Test
  void whatCannotBeDeletedIsNotSentAgainAndDeletedLater() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    disk.faults.add(Fault.DELETE);
    spool.remove(spool.pending().get(0));
    assertThrows(IOException.class, spool::prepareNext);
    assertEquals(List.of(2L), sequences(spool));
    assertEquals(2, names("new").size());
    spool.open();
    assertEquals(List.of(2L), sequences(spool));

    disk.faults.clear();
    spool.remove(only());
    spool.prepareNext();
    assertEquals(List.of(), names("new"));
  }

  @Test
  void whatCannotBeDeletedKeepsNoOther() throws IOException {
    for (long sequence = 1; sequence <= 9; sequence++) {
      spool.append(event(sequence));
    }
    List<SpoolEntry> entries = List.copyOf(spool.pending());
    Path stuck = file(entries.get(4));
    disk.undeletable.add(stuck);
    disk.faults.add(Fault.DELETE);
    for (SpoolEntry entry : entries.subList(0, 6)) {
      spool.remove(entry);
      assertThrows(IOException.class, spool::prepareNext);
    }
    disk.faults.clear();
    for (SpoolEntry entry : entries.subList(6, 9)) {
      spool.remove(entry);
      spool.prepareNext();
    }
    assertEquals(List.of(stuck.getFileName().toString()), names("new"));
  }

  @Test
  void unfinishedFilesAreDeletedAtStart() throws IOException {
    Files.writeString(folder.resolve("tmp/0c7f3f1e-0000000000000001.00000000.json"), "{\"a");
    Files.writeString(folder.resolve("tmp/else"), "");
    Path outside = Files.writeString(temp.resolve("outside"), "untouched");
    Files.createSymbolicLink(folder.resolve("tmp/link"), outside);
    Files.createDirectory(folder.resolve("tmp/folder"));
    Spool reopened = reopened();
    assertEquals(List.of("folder"), names("tmp"));
    assertEquals("untouched", Files.readString(outside));
    assertEquals(0, reopened.pendingCount());
  }

  @Test
  void aFailedStartCanBeTriedAgain() throws IOException {
    Path late = temp.resolve("late/spool");
    Files.writeString(temp.resolve("late"), "a file where the folder should be");
    Spool other = new Spool(late, disk);
    assertThrows(IOException.class, other::open);
    assertThrows(IOException.class, () -> other.append(event(1)));
    Files.delete(temp.resolve("late"));
    other.open();
    other.append(event(1));
  }

  private SpoolEntry only() {
    assertEquals(1, spool.pendingCount());
    return spool.pending().get(0);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }
}
