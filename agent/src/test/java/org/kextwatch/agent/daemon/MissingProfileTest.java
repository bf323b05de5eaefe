package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.mac.Moment;

/**
 * A profile that is missing for a while still counts, because profiles are replaced in two steps.
 */
class MissingProfileTest extends SettingsFilesCase {
  @Test
  void aProfileThatIsLateAtAStartStillCounts() throws Exception {
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
  void aProfileThatVanishesStillCountsForTenMinutes() throws Exception {
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
  void aProfileThatFlapsStillCountsAllTheTime() throws Exception {
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
    assertEquals("DEBUG", live.inForce().get(Keys.LOG_LEVEL).name());
    write(local, "{");
    assertTrue(refreshAfter(SECOND));
    assertHealth(120);
    assertEquals(2, warnings("config.json"));
    assertEquals("DEBUG", live.inForce().get(Keys.LOG_LEVEL).name());
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
  void aClockThatIsSetDoesNotShortenOrLengthenTheWait() throws Exception {
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
}
