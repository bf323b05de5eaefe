package org.kextwatch.agent.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.FaultyDisk;

/** A test with an open, empty spool on a disk that can be made to fail. */
abstract class OnASpool {
  @TempDir Path temp;
  final FaultyDisk disk = new FaultyDisk();
  Path folder;
  Spool spool;

  @BeforeEach
  final void openAnEmptySpool() throws IOException {
    folder = temp.resolve("kextwatch/spool");
    spool = reopened();
  }

  /** The spool as the next start opens it. */
  final Spool reopened() throws IOException {
    Spool reopened = new Spool(folder, disk);
    reopened.open();
    return reopened;
  }

  static CloudEvent event(long sequence) {
    return EventSamples.started(sequence);
  }

  final Path file(SpoolEntry entry) {
    return folder.resolve("new").resolve(entry.fileName());
  }

  final List<String> names(String part) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(part))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  static List<Long> sequences(Spool of) {
    return of.pending().stream().map(SpoolEntry::sequence).toList();
  }

  static List<Long> lost(Spool spool, DropReason reason) {
    return spool.marked().entrySet().stream()
        .filter(one -> one.getValue() == reason)
        .map(one -> one.getKey().sequence())
        .toList();
  }
}
