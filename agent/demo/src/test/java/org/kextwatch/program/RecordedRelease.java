package org.kextwatch.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.kextwatch.agent.Script;

/**
 * What a release had on a Mac when its daemon ended: kept in {@code releases} of the test
 * resources, where README.md says how each was recorded.
 */
record RecordedRelease(String version) {
  static final Path ALL = Script.AGENT.resolve("src/test/resources/releases");

  /** Nobody listens there. The settings of the recording name it. */
  static final String ENDPOINT = "http://127.0.0.1:9/hook";

  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";
  private static final String STATE = "/private/var/db/kextwatch/";
  private static final String PROFILE = "/Library/Managed Preferences/org.kextwatch.agent.plist";
  private static final Pattern INSTANT =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

  /** Where each file is on the Mac, and with which mode. */
  private static final Map<String, List<String>> FILES =
      new TreeMap<>(
          Map.of(
              "config.json", List.of(SUPPORT, "rw-r-----"),
              "status.json", List.of(SUPPORT, "rw-r--r--"),
              "state.json", List.of(STATE, "rw-------"),
              "settings.json", List.of(STATE, "rw-------")));

  static List<String> versions() throws IOException {
    try (Stream<Path> folders = Files.list(ALL)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .sorted()
          .toList();
    }
  }

  /** The settings of an admin from that time: a local file and a profile. */
  static void settings(Rig rig, String endpoint) throws IOException {
    put(
        rig,
        SUPPORT + "config.json",
        Files.readString(ALL.resolve("config.json")).replace(ENDPOINT, endpoint),
        "rw-r-----");
    put(rig, PROFILE, Files.readString(ALL.resolve("profile.plist")), "rw-r--r--");
  }

  /** Keeps what a Mac has now. */
  void record(Rig rig) throws IOException {
    Path to = Files.createDirectories(ALL.resolve(version));
    for (Map.Entry<String, List<String>> file : FILES.entrySet()) {
      Path on = rig.mac.path(file.getValue().get(0) + file.getKey());
      if (Files.exists(on) && !file.getKey().equals("config.json")) {
        Files.writeString(to.resolve(file.getKey()), Files.readString(on));
      }
    }
    Path spool = Files.createDirectories(to.resolve("spool"));
    for (Path event : list(rig.mac.path(STATE + "spool/new"))) {
      Files.copy(event, spool.resolve(event.getFileName()));
    }
  }

  /**
   * Puts everything on a Mac, its times moved so that it ended a minute ago: an event that is older
   * than a year would be dropped.
   *
   * @return the bodies of the events that wait, by their number
   */
  Map<Long, String> layOut(Rig rig, String endpoint) throws IOException {
    settings(rig, endpoint);
    Instant ended = Instant.EPOCH;
    for (String moment : instants(read("status.json"))) {
      ended = Instant.parse(moment).isAfter(ended) ? Instant.parse(moment) : ended;
    }
    Duration by = Duration.between(ended, Instant.now().minusSeconds(60));
    for (Map.Entry<String, List<String>> file : FILES.entrySet()) {
      if (Files.exists(folder().resolve(file.getKey()))) {
        String on = file.getValue().get(0) + file.getKey();
        put(rig, on, moved(read(file.getKey()), by), file.getValue().get(1));
      }
    }
    Map<Long, String> waiting = new TreeMap<>();
    for (Path event : list(folder().resolve("spool"))) {
      String body = moved(Files.readString(event), by);
      String[] name = event.getFileName().toString().split("[-.]", -1);
      CRC32C crc = new CRC32C();
      crc.update(body.getBytes(StandardCharsets.UTF_8));
      String on = "%s-%s.%08x.json".formatted(name[0], name[1], crc.getValue());
      put(rig, STATE + "spool/new/" + on, body, "rw-------");
      waiting.put(Long.parseLong(name[1]), body);
    }
    for (String closed : List.of("", "spool", "spool/new")) {
      Files.setPosixFilePermissions(
          rig.mac.path(STATE + closed), PosixFilePermissions.fromString("rwx------"));
    }
    return waiting;
  }

  /** What a daemon must not touch. */
  static Map<String, String> settingsOf(Rig rig) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String file : List.of(SUPPORT + "config.json", SUPPORT + "secret", PROFILE)) {
      Path on = rig.mac.path(file);
      found.put(file, Files.getPosixFilePermissions(on) + Files.readString(on));
    }
    return found;
  }

  String read(String file) throws IOException {
    return Files.readString(folder().resolve(file));
  }

  Path folder() {
    return ALL.resolve(version);
  }

  private static String moved(String text, Duration by) {
    return INSTANT.matcher(text).replaceAll(found -> later(found.group(), by));
  }

  /** With as many digits as before. */
  private static String later(String moment, Duration by) {
    String later = Instant.parse(moment).plus(Duration.ofMillis(by.toMillis())).toString();
    return later.matches(".*:\\d\\dZ") && moment.contains(".")
        ? later.replace("Z", ".000Z")
        : later;
  }

  private static List<String> instants(String text) {
    return INSTANT.matcher(text).results().map(found -> found.group()).toList();
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return new ArrayList<>(files.sorted().toList());
    }
  }

  private static void put(Rig rig, String file, String content, String mode) throws IOException {
    Path on = rig.mac.path(file);
    Files.createDirectories(on.getParent());
    Files.writeString(on, content);
    Files.setPosixFilePermissions(on, PosixFilePermissions.fromString(mode));
  }
}
