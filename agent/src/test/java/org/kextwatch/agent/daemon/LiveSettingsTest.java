package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPath;
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
  void layOut() throws IOException, RefusedPath {
    managed = mac.resolve("Library/Managed Preferences/org.kextwatch.agent.plist");
    local = mac.resolve("Library/Application Support/Kextwatch/config.json");
    for (Path folder : List.of(managed.getParent(), local.getParent())) {
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
  void aBadFileLeavesTheLastGoodSettingsAndEachProblemIsAWarning() throws Exception {
    local(90);
    profile(120);
    assertTrue(refreshAfter(SECOND));

    write(local, "{\"healthIntervalSeconds\":0,\"logLevel\":\"loud\"}");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(2, warnings("config.json"));

    profile(150); // good, but the set is refused as a whole
    refreshAfter(SECOND);
    assertHealth(120);

    local(90);
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
    assertEquals(List.of(), live.warnings());
  }

  @Test
  void aBadProfileLeavesTheLastGoodSettingsToo() throws Exception {
    local(90);
    assertTrue(refreshAfter(SECOND));
    write(managed, "<plist><dict><key>renewPrompt</key><integer>1</integer></dict></plist>");
    assertTrue(refreshAfter(SECOND));
    local(100);
    refreshAfter(SECOND);
    assertHealth(90);
    assertEquals(1, warnings("org.kextwatch.agent.plist"));
    Files.delete(managed);
    assertTrue(refreshAfter(SECOND));
    assertHealth(100);
  }

  @Test
  void atTheStartTheGoodFileIsFollowedThoughTheOtherIsBadUntilBothWereGood() throws Exception {
    profile(120);
    write(local, "{");
    begin();
    assertHealth(120);
    assertEquals(1, warnings("config.json"));
    profile(150);
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
    local(90);
    assertTrue(refreshAfter(SECOND));
    write(managed, "");
    assertTrue(refreshAfter(SECOND));
    assertHealth(150);
  }

  @Test
  void aProfileThatVanishesIsBelievedForTenMinutes() throws Exception {
    local(90);
    profile(120);
    assertTrue(refreshAfter(SECOND));

    Files.delete(managed);
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(1, warnings("it is gone"));
    assertFalse(refreshAfter(TEN_MINUTES.minus(SECOND)));
    assertHealth(120);

    assertTrue(refreshAfter(SECOND));
    assertHealth(90);
    assertEquals(List.of(), live.warnings());
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
      assertEquals(List.of(), live.warnings());
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
    assertTrue(refreshAfter(TEN_MINUTES));
    assertHealth(120);
    assertEquals(1, warnings("config.json"));
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
    assertEquals(List.of(), live.warnings());
  }

  @Test
  void anotherLogLevelIsSaidToNeedAStart() throws Exception {
    write(local, "{\"logLevel\":\"debug\"}");
    assertTrue(refreshAfter(SECOND));
    assertEquals(1, warnings("logLevel counts from the next start"));
    begin();
    assertEquals(List.of(), live.warnings());
  }

  private void begin() throws RefusedPath {
    live = new LiveSettings(SystemRoot.at(mac), now);
  }

  private boolean refreshAfter(Duration time) {
    now = now.plus(time);
    return live.refresh(now);
  }

  private void assertHealth(int seconds) {
    assertEquals(Duration.ofSeconds(seconds), live.inForce().pace().health());
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
