package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.StubMac;

/** Settings in force while files of settings come, go and are wrong. */
class LiveSettingsTest extends SettingsFilesCase {
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
  void aFileThatIsWrittenAgainWithTheSameContentIsNoChange() throws Exception {
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
    assertEquals(Duration.ofSeconds(7), live.inForce().get(Keys.CONFIRM));
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
    assertEquals(1, warnings("other users can write to it"));
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
    assertFalse(live.inForce().get(Keys.LOAD_APPROVED));
    assertFalse(live.inForce().get(Keys.RENEW_PROMPT));
    assertEquals(DeviceIdentity.MINIMAL, live.inForce().get(Keys.IDENTITY));
    assertEquals(1, warnings("Until it is corrected, kextutil does not run"));
    assertTrue(live.mayAct(), "a refused file is not no settings");

    Files.delete(file);
    live.keepOn("A", now);
    good(file);
    assertTrue(refreshAfter(SECOND));
    assertTrue(live.inForce().get(Keys.LOAD_APPROVED));
    assertFalse(live.inForce().get(Keys.RENEW_PROMPT));
    assertEquals(DeviceIdentity.FULL, live.inForce().get(Keys.IDENTITY));

    Files.delete(file);
    spoil(file, how, content);
    begin();
    assertTrue(live.inForce().get(Keys.LOAD_APPROVED));
    assertFalse(live.inForce().get(Keys.RENEW_PROMPT));
    assertEquals(DeviceIdentity.FULL, live.inForce().get(Keys.IDENTITY));
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
    assertFalse(live.inForce().get(Keys.LOAD_APPROVED));
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
  void aMissingEndpointIsAWarning() throws Exception {
    write(local, "{}");
    begin();
    assertEquals(1, warnings("No endpoint is set, so no events are sent"));
    write(local, "{\"endpointFile\":\"/e\"}");
    assertTrue(refreshAfter(SECOND));
    assertEquals(List.of(), live.warnings());
  }

  @Test
  void anotherLogLevelIsSaidToNeedAStart() throws Exception {
    write(local, "{\"logLevel\":\"debug\"}");
    assertTrue(refreshAfter(SECOND));
    assertEquals(1, warnings("logLevel counts from the next start"));
    begin();
    assertEquals(0, warnings("logLevel"));
  }
}
