package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.kextwatch.agent.approval.Recordings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** What people have recorded of loads, each with what a person reads in it. */
final class RecordedLoadsTest {

  @ParameterizedTest(name = "{0} {3}")
  @CsvFileSource(
      resources = "/recordings/kext/expected-loads.psv",
      delimiter = '|',
      quoteCharacter = '`',
      emptyValue = "",
      numLinesToSkip = 1)
  void whatARecordingSaysIsUnderstood(
      String recording,
      int exitCode,
      String bundleId,
      String path,
      Outcome outcome,
      String detail) {
    ToolRun run = new ToolRun.Finished(exitCode, "", Recordings.kext(recording));
    WatchedExtension watched = new WatchedExtension(path, bundleId, "ABCDEFGHIJ");
    Attempt attempt = Classification.of(Instant.EPOCH, run, KernelEntry.NOT_LOADED, watched);
    assertEquals(outcome, attempt.outcome(), attempt.detail());
    assertTrue(attempt.detail().contains(detail == null ? "" : detail), attempt.detail());
  }

  @Test
  void everyRecordingOfALoadHasAnExpectation() {
    Set<String> expected = new TreeSet<>();
    Recordings.kext("expected-loads.psv")
        .lines()
        .skip(1)
        .forEach(line -> expected.add(line.substring(0, line.indexOf('|')).strip()));
    Set<String> loads = new TreeSet<>(Recordings.manifest());
    loads.removeIf(name -> name.matches(".*(kextstat|showloaded|sysext|profiles).*"));
    assertEquals(loads, expected);
  }
}
