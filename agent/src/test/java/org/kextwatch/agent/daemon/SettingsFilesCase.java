package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** The files of settings on a Mac that is a folder, and the settings that they put in force. */
abstract class SettingsFilesCase {
  static final Duration SECOND = Duration.ofSeconds(1);
  static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @TempDir Path mac;

  Path managed;
  Path local;
  Moment now = new Moment(Instant.parse("2026-11-23T18:45:17Z"), 0);
  LiveSettings live;

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

  void begin() throws RefusedPathException {
    live = new LiveSettings(SystemRoot.at(mac), now);
  }

  boolean refreshAfter(Duration time) {
    now = now.plus(time);
    return live.refresh(now);
  }

  void assertHealth(int seconds) {
    assertEquals(Duration.ofSeconds(seconds), live.inForce().get(Keys.HEALTH));
  }

  long warnings(String text) {
    return live.warnings().stream().filter(warning -> warning.contains(text)).count();
  }

  void local(int seconds) throws IOException {
    write(local, "{\"healthIntervalSeconds\":" + seconds + "}");
  }

  void profile(int seconds) throws IOException {
    write(
        managed,
        "<plist><dict><key>healthIntervalSeconds</key><integer>%d</integer></dict></plist>"
            .formatted(seconds));
  }

  static void write(Path file, String content) throws IOException {
    Files.writeString(file, content);
    StubMac.allow(file, "rw-r--r--");
  }
}
