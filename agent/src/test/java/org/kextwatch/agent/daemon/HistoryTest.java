package org.kextwatch.agent.daemon;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sample of the histories of Macs. */
class HistoryTest {
  @TempDir(factory = Memory.class)
  private Path folder;

  @Test
  void holdsWhateverHappens() {
    new Histories(folder).live(LongStream.range(0, 150));
  }
}
