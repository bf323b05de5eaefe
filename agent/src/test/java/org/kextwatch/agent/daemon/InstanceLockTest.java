package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemRoot;

/** Asked from another process, as in life: within one a lock is known without asking the file. */
final class InstanceLockTest {
  @TempDir private Path mac;

  private Path file;

  @BeforeEach
  void makeTheFolder() throws Exception {
    file = SystemRoot.at(mac).resolve(AgentPaths.LOCK);
    Files.createDirectories(file.getParent());
  }

  @Test
  void whereNothingEverRanNoDaemonDoes() throws Exception {
    assertEquals("Optional[false] true true", otherSees());
  }

  @Test
  void aDaemonLeavesNoPlaceForAnybody() throws Exception {
    try (InstanceLock daemon = InstanceLock.takeForDaemon(file).orElseThrow()) {
      assertTrue(daemon.mayWork());
      assertEquals("Optional[true] false false", otherSees());
    }
  }

  @Test
  void aCheckLeavesNoPlaceForAnotherAndIsNoDaemon() throws Exception {
    try (InstanceLock check = InstanceLock.takeForCheck(file).orElseThrow()) {
      assertEquals("Optional[false] false", otherSees("without a daemon"));
    }
  }

  @Test
  void whoEndsLeavesHisPlace() throws Exception {
    InstanceLock.takeForDaemon(file).orElseThrow().close();
    assertEquals("Optional[false] true true", otherSees());
  }

  @Test
  void twoOfOneProcessAreTwo() throws Exception {
    try (InstanceLock first = InstanceLock.takeForDaemon(file).orElseThrow()) {
      assertTrue(first.mayWork());
      assertTrue(InstanceLock.takeForCheck(file).isEmpty());
      assertTrue(InstanceLock.takeForDaemon(file).isEmpty());
    }
  }

  @Test
  void aCheckSaysWhichProcessItIs() throws Exception {
    try (InstanceLock check = InstanceLock.takeForCheck(file).orElseThrow()) {
      assertEquals(ProcessHandle.current(), check.holder().orElseThrow().process().orElseThrow());
    }
  }

  /** Whoever asks for the status holds the lock for that moment. */
  @Test
  void oneWhoOnlyLooksIsWaitedForFourTries() throws Exception {
    Process looking = holder(mac, "look");
    AtomicInteger tries = new AtomicInteger();
    Runnable onceThreeHaveFailed =
        () -> {
          if (tries.incrementAndGet() == 3) {
            end(looking);
          }
        };
    try (InstanceLock daemon =
        InstanceLock.takeForDaemon(file, onceThreeHaveFailed).orElseThrow()) {
      assertEquals(3, tries.get());
    }
  }

  @Test
  void oneWhoStaysIsNotWaitedFor() throws Exception {
    Process looking = holder(mac, "look");
    AtomicInteger tries = new AtomicInteger();
    assertTrue(InstanceLock.takeForDaemon(file, tries::incrementAndGet).isEmpty());
    assertEquals(4, tries.get());
    end(looking);
  }

  private static void end(Process process) {
    try {
      process.getOutputStream().close();
      process.waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyElseCanReadTheFile() throws Exception {
    try (InstanceLock check = InstanceLock.takeForCheck(file).orElseThrow()) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  enum Place {
    LINK,
    FOLDER,
    PIPE
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNoFileIsNotOpened(Place place) throws Exception {
    switch (place) {
      case LINK -> Files.createSymbolicLink(file, mac.resolve("elsewhere"));
      case FOLDER -> Files.createDirectory(file);
      case PIPE -> Script.run(mac, Map.of("PATH", "/usr/bin:/bin"), "mkfifo", file);
    }
    assertThrows(IOException.class, () -> InstanceLock.takeForCheck(file));
    assertThrows(IOException.class, () -> InstanceLock.takeForDaemon(file));
    assertEquals(Optional.empty(), InstanceLock.isHeld(SystemRoot.at(mac)));
    assertFalse(Files.exists(mac.resolve("elsewhere")));
  }

  /** A process that holds the lock until its input ends; for a look, as long as a look may take. */
  static Process holder(Path mac, String as) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classes = System.getProperty("java.class.path");
    String name = InstanceLockTest.class.getName();
    Process process =
        new ProcessBuilder(java.toString(), "-cp", classes, name, mac.toString(), as, "hold")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertEquals('!', process.getInputStream().read());
    return process;
  }

  private static void hold(Path file, boolean isLook) throws IOException {
    if (!isLook) {
      assertTrue(InstanceLock.takeForCheck(file).isPresent());
    } else {
      FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)
          .lock(1, 1, true);
    }
    System.out.print("!");
    System.out.flush();
    System.in.read();
  }

  private String otherSees(String... more) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classes = System.getProperty("java.class.path");
    String name = InstanceLockTest.class.getName();
    return Script.run(
            mac, Map.of(), java.toString(), "-cp", classes, name, mac, String.join(" ", more))
        .out()
        .strip();
  }

  /** The other process: whether it sees a daemon, may check, and may be the daemon. */
  public static void main(String[] arguments) throws Exception {
    SystemRoot root = SystemRoot.at(Path.of(arguments[0]));
    Path file = root.resolve(AgentPaths.LOCK);
    if (arguments.length == 3) {
      hold(file, arguments[1].equals("look"));
      return;
    }
    String seen = InstanceLock.isHeld(root) + " " + take(InstanceLock.takeForCheck(file));
    boolean daemonToo = arguments[1].isEmpty();
    System.out.println(daemonToo ? seen + " " + take(InstanceLock.takeForDaemon(file)) : seen);
  }

  private static boolean take(Optional<InstanceLock> lock) throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
    }
    return lock.isPresent();
  }
}
