package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.mac.Disk;

class StopCauseTest {
  @TempDir Path temp;
  private Path file;
  private StopCause stopCause;

  @BeforeEach
  void findThePlace() throws Exception {
    file = temp.toRealPath().resolve("stop-cause");
    stopCause = new StopCause(file, new Disk());
  }

  @ParameterizedTest
  @CsvSource({
    "upgrade, UPGRADE",
    "uninstall, UNINSTALL",
    "signal, SIGNAL",
    "UPGRADE, SIGNAL",
    "upgrade now, SIGNAL",
    "'', SIGNAL",
    "upgrade-upgrade-upgrade-upgrade-upgrade, SIGNAL"
  })
  void onlyOurWordsAreBelievedAndEachOnce(String word, Cause cause) throws Exception {
    Files.writeString(file, word + "\n");
    assertEquals(cause, stopCause.take());
    assertFalse(Files.exists(file));
    assertEquals(Cause.SIGNAL, stopCause.take());
  }

  @Test
  void aWordThatOthersCouldHaveWrittenIsNotBelieved() throws Exception {
    Files.writeString(file, "uninstall");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertEquals(Cause.SIGNAL, stopCause.take());
    assertFalse(Files.exists(file));
  }

  @Test
  void aFolderOfThatNameIsNoWord() throws Exception {
    Files.createDirectories(file.resolve("inside"));
    assertEquals(Cause.SIGNAL, stopCause.take());
  }
}
