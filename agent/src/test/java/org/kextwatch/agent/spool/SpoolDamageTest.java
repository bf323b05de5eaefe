package org.kextwatch.agent.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.FaultyDisk.Fault;

/**
 * Damaged and foreign files in the spool are quarantined and reported; links are never followed.
 */
final class SpoolDamageTest extends OnASpool {
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

    reopened.discard(reopened.marked().keySet());
    assertEquals(1, reopened.quarantinedCount());
    assertEquals(List.of(second.getFileName().toString()), names("quarantine"));
    assertEquals(Map.of(), reopened.marked());
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
    spool.discard(spool.marked().keySet());
    assertEquals(1, spool.quarantinedCount());
  }

  @Test
  void aFileThatSomebodyDeletedWaitsNoMore() throws IOException {
    Files.delete(threeEvents().get(1));
    assertTrue(spool.read(spool.pending().get(1)).isEmpty());
    assertEquals(List.of(1L, 3L), sequences(spool));
    assertEquals(List.of(2L), lost(spool, DropReason.CORRUPT));
    spool.discard(spool.marked().keySet());
    assertEquals(0, spool.quarantinedCount());
  }

  @Test
  void aStartSucceedsThoughNothingCanBePutAside() throws IOException {
    damage(threeEvents().get(1), Damage.TORN);
    disk.faults.add(Fault.MOVE);
    Spool reopened = reopened();
    assertEquals(List.of(1L, 3L), sequences(reopened));
    reopened.discard(reopened.marked().keySet());
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
    assertEquals(Map.of(), reopened.marked());
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
    Spool reopened = assertTimeoutPreemptively(Patience.AMPLE, this::reopened);
    assertEquals(List.of(1L), sequences(reopened));
    reopened.discard(reopened.marked().keySet());
    assertEquals(List.of(name, "pipe"), names("quarantine"));
    assertEquals(List.of("pipe"), names("tmp"));
  }

  @RepeatedTest(8) // their order is by checksum, which is another each time
  void ofTwoFilesWithOneNumberOneIsPutAside() throws IOException {
    spool.append(event(1));
    CloudEvent twin = event(1);
    Files.write(file(SpoolEntry.of(twin)), twin.body().toByteArray());
    assertEquals(2, names("new").size());
    Spool reopened = reopened();
    assertEquals(List.of(1L), sequences(reopened));
    assertEquals(1, names("quarantine").size());
    assertTrue(reopened.read(reopened.pending().get(0)).isPresent());
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
    spool.append(
        EventSamples.event(new StartedData(EventSamples.STATUS), EventSamples.NOW, "a-clone", 7));
    Spool reopened = reopened();
    assertEquals(2, reopened.pendingCount());
    assertEquals(1, reopened.quarantineOtherStreams(EventSamples.STREAM));
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

  private List<Path> threeEvents() throws IOException {
    for (long sequence = 1; sequence <= 3; sequence++) {
      spool.append(event(sequence));
    }
    return spool.pending().stream().map(this::file).toList();
  }
}
