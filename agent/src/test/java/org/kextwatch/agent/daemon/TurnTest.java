package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemRoot;

/** A daemon that waits for a check, which is another process, as in life. */
class TurnTest {
  private static final Turn.Limits QUICK =
      new Turn.Limits(Duration.ofMillis(10), Duration.ZERO, Duration.ofMillis(100));

  @TempDir private Path mac;

  private final List<String> said = new CopyOnWriteArrayList<>();
  private Path file;
  private Process check;

  @BeforeEach
  void aCheckIsAtWork() throws Exception {
    file = SystemRoot.at(mac).resolve(AgentPaths.LOCK);
    Files.createDirectories(file.getParent());
    check = InstanceLockTest.holder(mac, "check");
  }

  @AfterEach
  void tidy() {
    check.destroyForcibly();
  }

  @Test
  void aSuspendedCheckIsNamedAndEnded() throws Exception {
    new ProcessBuilder("/bin/sh", "-c", "kill -STOP " + check.pid()).start().waitFor();

    try (InstanceLock turn = turn(QUICK).await().orElseThrow()) {
      assertTrue(check.waitFor(60, TimeUnit.SECONDS));
    }
    assertEquals(137, check.exitValue());
    assertTrue(said.get(0).contains("(process " + check.pid() + ")"), said::toString);
    assertTrue(said.get(1).startsWith("ending"), said::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%d 1000000000000", "%d", "1 %d", "", "99999999999999 1", "\0\0\0"})
  void whoIsNotKnownForSureIsNotEnded(String text) throws Exception {
    Files.writeString(file, text.formatted(check.pid()));
    FutureTask<Optional<InstanceLock>> waiting = new FutureTask<>(() -> turn(QUICK).await());
    new Thread(waiting).start();

    Patience.until(() -> said.size() >= 3); // each time after it would have been ended
    assertTrue(check.isAlive());
    check.getOutputStream().close();
    waiting.get().orElseThrow().close();
    assertFalse(said.toString().contains("ending"), said::toString);
  }

  @Test
  void aCheckThatEndsInTimeIsNotSpokenOf() throws Exception {
    check.getOutputStream().close();
    turn(Turn.Limits.USUAL).await().orElseThrow().close();
    assertEquals(List.of(), said);
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, false", ", false"})
  void launchdIsTheFirstProcess(Long parent, boolean expected) {
    assertEquals(expected, DaemonProcess.Seams.isLaunchd(Optional.ofNullable(parent)));
  }

  private Turn turn(Turn.Limits limits) {
    return new Turn(file, false, said::add, () -> {}, limits);
  }
}
