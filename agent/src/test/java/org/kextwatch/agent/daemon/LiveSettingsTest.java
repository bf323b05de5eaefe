package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** What is believed of the files of settings as they come, go and go wrong. */
class LiveSettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @TempDir private Path mac;

  private Path managed;
  private Path local;
  private Moment now = new Moment(Instant.parse("2026-11-23T18:45:17Z"), 0);
  private LiveSettings live;

  @BeforeEach
  void layOut() throws IOException, RefusedPathException {
    managed = mac.resolve("Library/Managed Preferences/org.kextwatch.agent.plist");
    local = mac.resolve("Library/Application Support/Kextwatch/config.json");
    Path state = mac.resolve(AgentPaths.LAST_GOOD_SETTINGS.substring(1)).getParent();
    for (Path folder : List.of(managed.getParent(), local.getParent(), state)) {
      Files.createDirectories(folder);
      StubMac.allow(folder, "rwxr-xr-x");
    }
    begin();
  }

  @Test
  void aChangeIsSeenOnce() throws Exception {
    assertFalse(refreshAfter(SECOND));
    local(90);
    assertTrue(refreshAfter(SECOND));
    assertHealth(90);
    assertFalse(refreshAfter(SECOND));
    profile(120);
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
  }

  @Test
  void aFileThatIsWrittenAnewWithTheSameContentIsNoChange() throws Exception {
    local(90);
    assertTrue(refreshAfter(SECOND));
    Files.delete(local);
    local(90);
    assertFalse(refreshAfter(SECOND));
  }

  @Test
  void aBadValueLeavesItsLastGoodOneAndEachProblemIsAWarning() throws Exception {
    write(local, "{\"healthIntervalSeconds\":90,\"endpointFile\":\"/e\"}");
    assertTrue(refreshAfter(SECOND));

    write(local, "{\"healthIntervalSeconds\":0,\"endpointFile\":\"/e\",\"logLevel\":\"loud\"}");
    assertTrue(refreshAfter(SECOND));
    assertHealth(90);
    assertEquals(2, warnings(" must be "));
    assertEquals(1, warnings("the last good values stay in force of: healthIntervalSeconds"));
    assertEquals(1, warnings("logLevel counts as not set"));

    profile(150);
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);

    write(local, "{\"healthIntervalSeconds\":80,\"endpointFile\":\"/e\"}");
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
    assertEquals(List.of(), live.warnings());
  }

  @Test
  void aBadProfileIsFollowedAsItWasLastGoodAndTheLocalFileAsItIs() throws Exception {
    profile(120);
    local(90);
    assertTrue(refreshAfter(SECOND));
    write(managed, "<plist><dict>");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    write(local, "{\"confirmSeconds\":7}");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(Duration.ofSeconds(7), live.inForce().intervals().confirm());
    assertEquals(2, warnings("org.kextwatch.agent.plist"));
    profile(150);
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
  }

  /** Nothing that stat shows of the file, or of the folder that its link is in, is different. */
  @Test
  void aRefusedFileIsReadAgainThoughStatShowsNothingNew() throws Exception {
    Path elsewhere = Files.createDirectory(mac.resolve("elsewhere"));
    write(elsewhere.resolve("config.json"), "{\"healthIntervalSeconds\":90}");
    StubMac.allow(elsewhere, "rwxrwxrwx");
    Files.createSymbolicLink(local, elsewhere.resolve("config.json"));
    assertTrue(refreshAfter(SECOND));
    assertEquals(1, warnings("others may write it"));
    StubMac.allow(elsewhere, "rwxr-xr-x");
    assertTrue(refreshAfter(SECOND));
    assertHealth(90);
  }

  /** Each way in which a file can be refused as a whole, at a start and of a file that was good. */
  @ParameterizedTest
  @CsvSource({
    "managed, rw-rw-r--, <plist><dict/></plist>",
    "managed, rw-r--rw-, <plist><dict/></plist>",
    "managed, rw-r--r--, <plist><dict>",
    "managed, rw-r--r--, ''",
    "managed, rw-r--r--, {}",
    "managed, folder, ''",
    "managed, stranger, <plist><dict/></plist>",
    "local, rw-rw-r--, {}",
    "local, rw-r--r--, '{\"healthIntervalSeconds\":'",
    "local, rw-r--r--, ''",
    "local, folder, ''",
    "local, stranger, {}",
    "local, dangling, ''",
  })
  void aFileThatIsRefusedAsAWholeIsFollowedAsItWasOrSafely(String which, String how, String content)
      throws Exception {
    Path file = which.equals("managed") ? managed : local;
    spoil(file, how, content);
    begin();
    assertFalse(live.inForce().loading().whenApproved());
    assertFalse(live.inForce().loading().renewPrompt());
    assertEquals(DeviceIdentity.MINIMAL, live.inForce().deviceIdentity());
    assertEquals(1, warnings("Until it is corrected, kextutil does not run"));
    assertTrue(live.mayAct(), "a refused file is not no settings");

    Files.delete(file);
    live.keepOn("A", now);
    good(file);
    assertTrue(refreshAfter(SECOND));
    assertTrue(live.inForce().loading().whenApproved());
    assertFalse(live.inForce().loading().renewPrompt());
    assertEquals(DeviceIdentity.FULL, live.inForce().deviceIdentity());

    Files.delete(file);
    spoil(file, how, content);
    begin();
    assertTrue(live.inForce().loading().whenApproved());
    assertFalse(live.inForce().loading().renewPrompt());
    assertEquals(DeviceIdentity.FULL, live.inForce().deviceIdentity());
    assertEquals(1, warnings("its last good values stay in force"));
  }

  private void good(Path file) throws IOException {
    write(
        file,
        file.equals(managed)
            ? "<plist><dict><key>renewPrompt</key><false/></dict></plist>"
            : "{\"renewPrompt\":false}");
  }

  private static void spoil(Path file, String how, String content) throws IOException {
    switch (how) {
      case "folder" -> Files.createDirectory(file);
      case "dangling" -> Files.createSymbolicLink(file, Path.of("nowhere"));
      case "stranger" -> {
        write(file, content);
        if (Owner.current().isRoot()) {
          Files.setAttribute(file, "unix:uid", 12_345);
        } else { // only root can give a file away
          StubMac.allow(file, "rw-rw-rw-");
        }
      }
      default -> {
        write(file, content);
        StubMac.allow(file, how);
      }
    }
  }

  @Test
  void whatWasLastGoodIsKeptForRootAloneAndOnlyByWhoHoldsTheLock() throws Exception {
    Path kept = mac.resolve(AgentPaths.LAST_GOOD_SETTINGS.substring(1));
    local(90);
    refreshAfter(SECOND);
    assertFalse(Files.exists(kept));
    live.keepOn("A", now);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)));
    assertTrue(Files.readString(kept).contains("\"hardwareUuid\":\"A\""));

    Object before = Files.readAttributes(kept, "unix:ino,ctime");
    refreshAfter(SECOND);
    write(local, "{\"healthIntervalSeconds\":90 }");
    refreshAfter(SECOND);
    assertEquals(before, Files.readAttributes(kept, "unix:ino,ctime"), "it is written on change");
    local(100);
    refreshAfter(SECOND);
    assertTrue(Files.readString(kept).contains("100"));
  }

  @Test
  void whatAnotherMacKeptDoesNotCount() throws Exception {
    local(90);
    begin();
    live.keepOn("A", now);
    write(local, "{");
    begin();
    assertHealth(90);
    live.keepOn("B", now);
    assertHealth(300);
    assertFalse(live.inForce().loading().whenApproved());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"local\":[]}"})
  void whatWasKeptAndCannotBeReadStopsNothing(String content) throws Exception {
    local(90);
    write(mac.resolve(AgentPaths.LAST_GOOD_SETTINGS.substring(1)), content);
    begin();
    live.keepOn("A", now);
    assertHealth(90);
    write(local, "{");
    begin();
    assertHealth(90);
  }

  @Test
  void aDiskThatDoesNotTakeItIsTriedAgain() throws Exception {
    Path folder = mac.resolve(AgentPaths.LAST_GOOD_SETTINGS.substring(1)).getParent();
    local(90);
    begin();
    Files.delete(folder);
    live.keepOn("A", now);
    assertHealth(90);
    Files.createDirectory(folder);
    StubMac.allow(folder, "rwx------");
    assertFalse(refreshAfter(SECOND));
    assertTrue(Files.exists(folder.resolve("settings.json")));
  }

  @Test
  void aProfileThatIsLateAtAStartIsBelieved() throws Exception {
    profile(120);
    begin();
    live.keepOn("A", now);
    Files.delete(managed);
    begin();
    live.keepOn("A", now);
    assertHealth(120);
    assertFalse(refreshAfter(TEN_MINUTES.minus(SECOND)));
    assertHealth(120);
    assertTrue(refreshAfter(SECOND));
    assertHealth(300);
    assertFalse(live.mayAct());
    assertEquals(1, warnings("it only watches: deploy a profile, or write {} to config.json"));
    profile(150);
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
    assertTrue(live.mayAct());
  }

  @Test
  void thatNobodyIsToldIsSaid() throws Exception {
    write(local, "{}");
    begin();
    assertEquals(1, warnings("No endpoint is set, so nobody is told"));
    write(local, "{\"endpointFile\":\"/e\"}");
    assertTrue(refreshAfter(SECOND));
    assertEquals(List.of(), live.warnings());
  }

  @Test
  void aProfileThatVanishesIsBelievedForTenMinutes() throws Exception {
    local(90);
    profile(120);
    assertTrue(refreshAfter(SECOND));

    Files.delete(managed);
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(1, warnings("it is missing"));
    assertFalse(refreshAfter(TEN_MINUTES.minus(SECOND)));
    assertHealth(120);

    assertTrue(refreshAfter(SECOND));
    assertHealth(90);
    assertEquals(0, warnings("it is missing"));
    assertFalse(refreshAfter(TEN_MINUTES));
  }

  @Test
  void aProfileThatFlapsIsBelievedAllTheTime() throws Exception {
    profile(120);
    refreshAfter(SECOND);
    for (int i = 0; i < 20; i++) {
      Files.delete(managed);
      refreshAfter(SECOND);
      refreshAfter(Duration.ofMinutes(9));
      assertHealth(120);
      profile(120);
      refreshAfter(SECOND);
      assertHealth(120);
      assertEquals(0, warnings("it is missing"));
    }
  }

  @Test
  void whileAProfileIsMissedTheLocalFileIsStillFollowedAndStillRefused() throws Exception {
    profile(120);
    refreshAfter(SECOND);
    Files.delete(managed);
    refreshAfter(SECOND);
    write(local, "{\"logLevel\":\"debug\"}");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals("DEBUG", live.inForce().logLevel().name());
    write(local, "{");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(2, warnings("config.json"));
    assertEquals("DEBUG", live.inForce().logLevel().name());
  }

  @Test
  void aProfileThatIsEmptiedFirstIsMissedToo() throws Exception {
    profile(120);
    refreshAfter(SECOND);
    write(managed, "");
    assertTrue(refreshAfter(SECOND));
    Files.delete(managed);
    refreshAfter(SECOND);
    assertHealth(120);
    refreshAfter(TEN_MINUTES);
    assertHealth(300);
  }

  @Test
  void aClockThatIsSetDoesNotShortenOrLengthenTheBelief() throws Exception {
    profile(120);
    refreshAfter(SECOND);
    Files.delete(managed);
    refreshAfter(SECOND);
    now = new Moment(now.wall().plus(Duration.ofDays(3_650)), now.nanos());
    assertFalse(refreshAfter(SECOND));
    assertHealth(120);
    now = new Moment(now.wall().minus(Duration.ofDays(7_300)), now.nanos());
    assertTrue(refreshAfter(TEN_MINUTES));
    assertHealth(300);
  }

  @Test
  void aProfileThatWasNeverThereIsNotMissed() throws Exception {
    local(90);
    assertTrue(refreshAfter(SECOND));
    assertEquals(0, warnings("it is missing"));
  }

  @Test
  void anotherLogLevelIsSaidToNeedAStart() throws Exception {
    write(local, "{\"logLevel\":\"debug\"}");
    assertTrue(refreshAfter(SECOND));
    assertEquals(1, warnings("logLevel counts from the next start"));
    begin();
    assertEquals(0, warnings("logLevel"));
  }

  private void begin() throws RefusedPathException {
    live = new LiveSettings(SystemRoot.at(mac), now);
  }

  private boolean refreshAfter(Duration time) {
    now = now.plus(time);
    return live.refresh(now);
  }

  private void assertHealth(int seconds) {
    assertEquals(Duration.ofSeconds(seconds), live.inForce().intervals().health());
  }

  private long warnings(String text) {
    return live.warnings().stream().filter(warning -> warning.contains(text)).count();
  }

  private void local(int seconds) throws IOException {
    write(local, "{\"healthIntervalSeconds\":" + seconds + "}");
  }

  private void profile(int seconds) throws IOException {
    write(
        managed,
        "<plist><dict><key>healthIntervalSeconds</key><integer>%d</integer></dict></plist>"
            .formatted(seconds));
  }

  private static void write(Path file, String content) throws IOException {
    Files.writeString(file, content);
    StubMac.allow(file, "rw-r--r--");
  }
}
