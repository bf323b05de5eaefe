package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.report.EventData.DropReason;
import org.kextwatch.agent.report.EventData.StartedData;
import org.kextwatch.agent.report.FaultyDisk.Fault;
import org.kextwatch.agent.report.Spool.Accepted;

final class SpoolTest {
  @TempDir private Path temp;

  private final FaultyDisk disk = new FaultyDisk();
  private Path folder;
  private Spool spool;

  @BeforeEach
  void openAnEmptySpool() throws IOException {
    folder = temp.resolve("kextwatch/spool");
    spool = reopened();
  }

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
    Event event = event(42);
    assertEquals(Accepted.DURABLE, spool.append(event));
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
    assertEquals(1, spool.oldest().orElseThrow().sequence());
    assertEquals(12, spool.pendingCount());
  }

  @Test
  void whatWasRemovedStaysRemoved() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    spool.remove(spool.oldest().orElseThrow());
    assertEquals(List.of(2L), sequences(spool));
    assertEquals(List.of(2L), sequences(reopened()));
  }

  @Test
  void anEmptySpoolHasNothing() {
    assertTrue(spool.oldest().isEmpty());
    assertEquals(List.of(), spool.pending());
    assertEquals(0, spool.highestSequence(Samples.STREAM));
  }

  @Test
  void theHighestNumberCountsWhatIsInQuarantineToo() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    Path second = file(spool.pending().get(1));
    Files.write(second, new byte[10]);
    Spool reopened = reopened();
    reopened.bury(reopened.doomed().keySet());
    assertEquals(2, reopened.highestSequence(Samples.STREAM));
    assertEquals(2, reopened().highestSequence(Samples.STREAM));
    assertEquals(0, reopened.highestSequence("other"));
  }

  @Test
  void noNumberIsUsedTwice() throws IOException {
    spool.append(event(2));
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(2)));
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(1)));
    spool.remove(only());
    assertThrows(IllegalArgumentException.class, () -> spool.append(event(2)));
    assertEquals(0, spool.pendingCount());
  }

  @Test
  void whatHasNoNumberIsNotKept() {
    Event test =
        new EventWriter()
            .write(new EventData.TestData(Samples.STATUS), Samples.DEVICE, Samples.NOW);
    assertThrows(IllegalArgumentException.class, () -> spool.append(test));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "../../etc", "a/b", "a.b", "ü", "a b"})
  void aStreamThatFitsNoFileNameIsRefused(String stream) {
    Event odd =
        new EventWriter()
            .write(new StartedData(Samples.STATUS), Samples.DEVICE, Samples.NOW, stream, 1);
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
    assertEquals(1, spool.highestSequence(Samples.STREAM));
    assertEquals(Accepted.DURABLE, spool.append(event(2)));
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
    assertEquals(Accepted.VISIBLE, spool.append(event(1)));
    assertEquals(List.of(1L), sequences(spool));
    assertEquals(1, spool.highestSequence(Samples.STREAM));
    assertEquals(List.of(1L), sequences(reopened()));
  }

  @Test
  void whatCannotBeDeletedIsNotSentAgainAndDeletedLater() throws IOException {
    spool.append(event(1));
    spool.append(event(2));
    disk.faults.add(Fault.DELETE);
    assertThrows(IOException.class, () -> spool.remove(spool.oldest().orElseThrow()));
    assertEquals(List.of(2L), sequences(spool));
    assertEquals(2, names("new").size());
    spool.open();
    assertEquals(List.of(2L), sequences(spool));

    disk.faults.clear();
    spool.remove(only());
    assertEquals(List.of(), names("new"));
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

  /** What may happen to the file of the second of three events. */
  enum Damage {
    EMPTY,
    TORN,
    ZEROED,
    ONE_BIT,
    LONGER,
    HUGE,
    LINKED,
    DANGLING,
    FOLDER
  }

  private void damage(Path file, Damage damage) throws IOException {
    byte[] content = Files.readAllBytes(file);
    switch (damage) {
      case EMPTY -> Files.write(file, new byte[0]);
      case TORN -> Files.write(file, Arrays.copyOf(content, content.length / 2));
      case ZEROED -> Files.write(file, new byte[content.length]);
      case ONE_BIT -> {
        content[content.length / 2] ^= 1;
        Files.write(file, content);
      }
      case LONGER -> Files.write(file, Arrays.copyOf(content, content.length + 1));
      case HUGE -> Files.write(file, new byte[(4 << 20) + 1]);
      case LINKED -> {
        Path outside = Files.move(file, temp.resolve("outside"));
        Files.createSymbolicLink(file, outside);
      }
      case DANGLING -> {
        Files.delete(file);
        Files.createSymbolicLink(file, temp.resolve("nowhere"));
      }
      case FOLDER -> {
        Files.delete(file);
        Files.createDirectories(file.resolve("more"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDamagedFileIsPutAsideAtStart(Damage damage) throws IOException {
    Path second = threeEvents().get(1);
    damage(second, damage);
    Spool reopened = reopened();
    assertEquals(List.of(1L, 3L), sequences(reopened));
    assertEquals(List.of(2L), lost(reopened, DropReason.CORRUPT));
    assertEquals(0, reopened.quarantinedCount());

    reopened.bury(reopened.doomed().keySet());
    assertEquals(1, reopened.quarantinedCount());
    assertEquals(List.of(second.getFileName().toString()), names("quarantine"));
    assertEquals(Map.of(), reopened.doomed());
  }

  @ParameterizedTest
  @EnumSource
  void aFileDamagedWhileWeRunIsPutAsideWhenRead(Damage damage) throws IOException {
    Path second = threeEvents().get(1);
    SpoolEntry entry = spool.pending().get(1);
    damage(second, damage);
    assertTrue(spool.read(entry).isEmpty());
    assertEquals(List.of(1L, 3L), sequences(spool));
    assertEquals(List.of(2L), lost(spool, DropReason.CORRUPT));
    spool.bury(spool.doomed().keySet());
    assertEquals(1, spool.quarantinedCount());
  }

  @Test
  void aFileThatSomebodyDeletedWaitsNoMore() throws IOException {
    Files.delete(threeEvents().get(1));
    assertTrue(spool.read(spool.pending().get(1)).isEmpty());
    assertEquals(List.of(1L, 3L), sequences(spool));
    assertEquals(List.of(2L), lost(spool, DropReason.CORRUPT));
    spool.bury(spool.doomed().keySet());
    assertEquals(0, spool.quarantinedCount());
  }

  @Test
  void aStartSucceedsThoughNothingCanBePutAside() throws IOException {
    damage(threeEvents().get(1), Damage.TORN);
    disk.faults.add(Fault.MOVE);
    Spool reopened = reopened();
    assertEquals(List.of(1L, 3L), sequences(reopened));
    reopened.bury(reopened.doomed().keySet());
    assertEquals(0, reopened.quarantinedCount());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "readme.txt",
        ".DS_Store",
        "0c7f3f1e-1.00000000.json",
        "0c7f3f1e-0000000000000001.json",
        "0c7f3f1e-0000000000000001.0000000.json",
        "0c7f3f1e-0000000000000001.ABCDEF01.json",
        "0c7f3f1e-0000000000000001.00000000.json.bak",
        "-0000000000000001.00000000.json",
      })
  void aForeignFileIsPutAside(String name) throws IOException {
    spool.append(event(1));
    Files.writeString(folder.resolve("new").resolve(name), "{}");
    Spool reopened = reopened();
    assertEquals(List.of(1L), sequences(reopened));
    assertEquals(List.of(name), names("quarantine"));
    assertEquals(Map.of(), reopened.doomed());
  }

  @Test
  void aHugeNameIsPutAside() throws IOException {
    String huge = "9".repeat(255);
    Files.writeString(folder.resolve("new").resolve(huge), "{}");
    assertEquals(0, reopened().pendingCount());
    assertEquals(List.of(huge), names("quarantine"));
  }

  @Test
  void aPipeInTheSpoolBlocksNobody() throws Exception {
    spool.append(event(1));
    String name = "0c7f3f1e-0000000000000002.00000000.json";
    for (String part : List.of("new/" + name, "new/pipe", "tmp/pipe")) {
      Process mkfifo = new ProcessBuilder("mkfifo", folder.resolve(part).toString()).start();
      assertEquals(0, mkfifo.waitFor());
    }
    Spool reopened = assertTimeoutPreemptively(Duration.ofSeconds(10), this::reopened);
    assertEquals(List.of(1L), sequences(reopened));
    reopened.bury(reopened.doomed().keySet());
    assertEquals(List.of(name, "pipe"), names("quarantine"));
    assertEquals(List.of("pipe"), names("tmp"));
  }

  @RepeatedTest(8) // their order is by checksum, which is another each time
  void ofTwoFilesWithOneNumberOneIsPutAside() throws IOException {
    spool.append(event(1));
    Event twin = event(1);
    Files.write(file(SpoolEntry.of(twin)), twin.body().toByteArray());
    assertEquals(2, names("new").size());
    Spool reopened = reopened();
    assertEquals(List.of(1L), sequences(reopened));
    assertEquals(1, names("quarantine").size());
    assertTrue(reopened.read(reopened.oldest().orElseThrow()).isPresent());
  }

  @Test
  void theOldNamesakeInQuarantineGivesWay() throws IOException {
    Files.writeString(folder.resolve("quarantine/junk"), "old");
    Files.writeString(folder.resolve("new/junk"), "new");
    reopened();
    assertEquals("new", Files.readString(folder.resolve("quarantine/junk")));
    assertEquals(List.of(), names("new"));
  }

  @Test
  void otherStreamsAreSetAside() throws IOException {
    spool.append(event(1));
    Event other =
        new EventWriter()
            .write(new StartedData(Samples.STATUS), Samples.DEVICE, Samples.NOW, "a-clone", 7);
    spool.append(other);
    Spool reopened = reopened();
    assertEquals(2, reopened.pendingCount());
    assertEquals(1, reopened.setAsideAllBut(Samples.STREAM));
    assertEquals(List.of(1L), sequences(reopened));
    assertEquals(1, reopened.quarantinedCount());
    assertEquals(List.of(1L), sequences(reopened()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tmp", "new", "quarantine", ""})
  void aLinkInPlaceOfAFolderIsRefused(String part) throws IOException {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Path own = temp.resolve("linked/spool");
    Path link = part.isEmpty() ? own : own.resolve(part);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, elsewhere);
    assertThrows(IOException.class, () -> new Spool(own, disk).open());
    try (Stream<Path> files = Files.list(elsewhere)) {
      assertEquals(0, files.count());
    }
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
    assertEquals(Accepted.DURABLE, other.append(event(1)));
  }

  private static List<Long> lost(Spool spool, DropReason reason) {
    return spool.doomed().entrySet().stream()
        .filter(one -> one.getValue() == reason)
        .map(one -> one.getKey().sequence())
        .toList();
  }

  private Spool reopened() throws IOException {
    Spool reopened = new Spool(folder, disk);
    reopened.open();
    return reopened;
  }

  private static Event event(long sequence) {
    return new EventWriter()
        .write(
            new StartedData(Samples.STATUS), Samples.DEVICE, Samples.NOW, Samples.STREAM, sequence);
  }

  private List<Path> threeEvents() throws IOException {
    for (long sequence = 1; sequence <= 3; sequence++) {
      spool.append(event(sequence));
    }
    return spool.pending().stream().map(this::file).toList();
  }

  private SpoolEntry only() {
    assertEquals(1, spool.pendingCount());
    return spool.oldest().orElseThrow();
  }

  private Path file(SpoolEntry entry) {
    return folder.resolve("new").resolve(entry.fileName());
  }

  private static List<Long> sequences(Spool of) {
    return of.pending().stream().map(SpoolEntry::sequence).toList();
  }

  private List<String> names(String part) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(part))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }
}
