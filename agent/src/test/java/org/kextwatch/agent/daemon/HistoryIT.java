package org.kextwatch.agent.daemon;

import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All histories of Macs; in the long form: -Dkextwatch.histories=10000. */
@Tag("soak")
class HistoryIT {
  private static final int HISTORIES = Integer.getInteger("kextwatch.histories", 1_500);

  @TempDir(factory = Memory.class)
  private Path folder;

  @Test
  void holdsWhateverHappens() {
    new Histories(folder).live(LongStream.range(0, HISTORIES));
  }
}
