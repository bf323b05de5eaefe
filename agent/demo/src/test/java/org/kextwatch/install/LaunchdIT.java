package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;

/** The launchd that the tests play does what is known of the real one. */
class LaunchdIT {
  private static final String SERVICE = "system/org.kextwatch.agent";

  @TempDir Path temp;
  private Path mac;
  private Path plist;
  private Launchd launchd;

  @BeforeEach
  void bootAMac() throws Exception {
    mac = temp.toRealPath();
    plist = mac.resolve("Library/LaunchDaemons/org.kextwatch.agent.plist");
    Files.createDirectories(plist.getParent());
    Files.createDirectories(mac.resolve("Library/Logs/Kextwatch"));
    Files.copy(Script.REPOSITORY.resolve("launchd/org.kextwatch.agent.plist"), plist);
    launchd = Launchd.of(mac, Duration.ofMillis(20));
  }

  @AfterEach
  void shutDown() throws IOException {
    launchd.close();
  }

  @Test
  void aBootoutOnlyBeginsTheEnd() throws Exception {
    launchd.settleSeconds = 100;
    program("trap 'sleep 0.3; exit 0' TERM; : >\"${0%/Lib*}/ready\"; while :; do sleep 0.02; done");
    assertEquals(0, bootstrap());
    Patience.until(() -> Files.exists(mac.resolve("ready")));
    assertEquals(5, bootstrap());
    assertEquals(0, launchd.ask("bootout", SERVICE));
    assertEquals(0, launchd.ask("print", SERVICE));
    assertEquals(5, bootstrap());
    Patience.until(this::isGone);
    assertEquals(5, bootstrap());
    assertEquals(3, launchd.ask("bootout", SERVICE));
    Patience.until(() -> bootstrap() == 0);
  }

  @Test
  void aDisabledLabelStaysDisabled() throws Exception {
    program("exec sleep 60");
    launchd.ask("disable", SERVICE);
    launchd.close();
    launchd = Launchd.of(mac, Duration.ofMillis(20));
    assertEquals(5, bootstrap());
    launchd.ask("enable", SERVICE);
    assertEquals(0, bootstrap());
  }

  @Test
  void aPlistThatOthersCanChangeIsRefused() throws Exception {
    program("exec sleep 60");
    for (String mode : List.of("rw-rw-r--", "rw-r--rw-")) {
      Files.setPosixFilePermissions(plist, PosixFilePermissions.fromString(mode));
      assertEquals(5, bootstrap());
    }
    assertEquals(5, launchd.ask("bootstrap", "system", mac.resolve("bin/launchctl").toString()));
  }

  @Test
  void whatFailsIsRestartedAfterTheThrottleCountedFromItsStart() throws Exception {
    program("exit 1");
    long start = System.nanoTime();
    bootstrap();
    Patience.until(() -> launchd.starts() >= 2);
    assertTrue(System.nanoTime() - start >= 30 * 20_000_000L);
  }

  @Test
  void whatIsKeptAliveIsRestartedWhateverItEndedWith() throws Exception {
    program("exit 0");
    bootstrap();
    Patience.until(() -> launchd.starts() >= 3);
  }

  @Test
  void whatEndsOnPurposeIsNotRestartedWhereThePlistSaysSo() throws Exception {
    String onFailure = "<dict><key>SuccessfulExit</key><false/></dict>";
    String text = Files.readString(plist);
    Files.writeString(
        plist, text.replaceFirst("(<key>KeepAlive</key>\\s*)<true/>", "$1" + onFailure));
    program("exit 0");
    bootstrap();
    Patience.until(() -> launchd.starts() == 1);
    Thread.sleep(35 * 20);
    assertEquals(1, launchd.starts());
    assertEquals(0, launchd.ask("print", SERVICE));
    assertEquals(0, launchd.ask("bootout", SERVICE));
    Patience.until(this::isGone);
  }

  @Test
  void whatDoesNotEndIsKilledWithItsGroup() throws Exception {
    program("trap '' TERM; sleep 77 & echo $! >\"${0%/Lib*}/child\"; while :; do sleep 1; done");
    bootstrap();
    long child =
        Long.parseLong(Patience.until(() -> written("child"), text -> text.endsWith("\n")).strip());
    assertTrue(ProcessHandle.of(child).isPresent());
    long start = System.nanoTime();
    launchd.ask("bootout", SERVICE);
    Patience.until(this::isGone);
    assertTrue(System.nanoTime() - start >= 20 * 20_000_000L);
    Patience.until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void theEnvironmentIsCleanAndTheUmaskThePlists() throws Exception {
    program("{ env; umask; } >\"${0%/Lib*}/seen\"; exec sleep 60");
    bootstrap();
    String seen = Patience.until(() -> written("seen"), text -> text.contains("027"));
    assertEquals(-1, seen.indexOf("HOME="), seen);
    assertNotEquals(-1, seen.indexOf("PATH=/usr/bin:/bin:/usr/sbin:/sbin\n"), seen);
  }

  private void program(String body) throws IOException {
    Script.write(mac.resolve("Library/Application Support/Kextwatch/current/bin/kextwatch"), body);
  }

  private int bootstrap() throws IOException {
    return launchd.ask("bootstrap", "system", plist.toString());
  }

  private boolean isGone() throws IOException {
    return launchd.ask("print", SERVICE) == 113;
  }

  /** What the program has written down so far. */
  private String written(String name) throws IOException {
    Path file = mac.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
