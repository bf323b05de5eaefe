package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.daemon.Version;

/**
 * What a Mac gets only shrinks, unless a user gains by it: then a row of {@code house-size.tsv}
 * says what. How large the installed files are is compared where they are laid out.
 */
class HouseSizeTest {

  @Test
  void itIsNotLargerThanTheLastRowAllows() throws Exception {
    HouseSize allowed = HouseSize.inForce();
    long lines = HouseSize.lines(HouseTest.SOURCES);
    Path classes =
        Path.of(Version.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    long count = HouseSize.files(classes, ".class").size();
    assertTrue(
        lines <= allowed.lines() && count <= allowed.classes(),
        () ->
            "%d lines and %d classes, but house-size.tsv allows %d and %d: delete what is not needed,"
                    .formatted(lines, count, allowed.lines(), allowed.classes())
                + " or add a row that says what a user gains");
  }

  @Test
  void theLastRowFollowsWhatHasShrunk() throws IOException {
    long lines = HouseSize.lines(HouseTest.SOURCES);
    assertTrue(
        lines > 0.97 * HouseSize.inForce().lines(),
        () -> "it has shrunk to %d lines: add a row to house-size.tsv".formatted(lines));
  }

  @Test
  void whereItGrewARowSaysWhatAUserGains() throws IOException {
    List<HouseSize> history = HouseSize.history();
    for (int i = 1; i < history.size(); i++) {
      HouseSize row = history.get(i);
      assertFalse(
          row.isLargerThan(history.get(i - 1)) && row.gain().isEmpty(),
          () -> "no gain is named in " + row);
    }
  }
}
