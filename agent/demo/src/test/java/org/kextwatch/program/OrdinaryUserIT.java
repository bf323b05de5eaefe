package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;

/**
 * The program in {@code target/dist}, run by a user who is not root. If the tests run as root, that
 * user is nobody, and the Mac belongs to another user; else the Mac belongs to the user.
 */
class OrdinaryUserIT {
  private static final boolean IS_ROOT = Owner.current().isRoot();

  /** setpriv(1) is in util-linux, which every Debian has; 65534 is nobody there. */
  private static final String AS_NOBODY =
      "setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs";

  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String ENDPOINT = "https://localhost:1/hooks/CANARY-path?t=CANARY-query";

  @TempDir private static Path temp;

  private static Rig rig;
  private static Path launcher;
  private static Path desk;

  @BeforeAll
  static void aMacAndAProgramThatEverybodyReaches() throws Exception {
    mode(temp, "rwx--x--x");
    rig = Rig.in(temp);
    Map<String, Object> settings = new HashMap<>(Rig.LONG_INTERVALS);
    settings.put("endpoint", ENDPOINT);
    settings.put("headers", Map.of("X-Key", "CANARY-header"));
    rig.settings(settings);
    rig.kextwatch("check", "--no-act", "--no-report");
    desk = Files.createDirectory(temp.resolve("desk"));
    mode(desk, "rwxrwxrwx");
    launcher = temp.resolve("dist/bin/kextwatch");
    copy(Script.AGENT.resolve("target/dist"), temp.resolve("dist"));
  }

  @AfterAll
  static void tidy() {
    rig.close();
  }

  @Test
  void theDoctorSaysWhatItCannotTellAndWhy() throws Exception {
    Ended doctor = kextwatch("doctor");

    assertEquals("", doctor.err());
    assertEquals(1, doctor.exit(), doctor::out); // there is no launchd job
    assertNoTrace(doctor.out());
    assertTrue(doctor.out().matches("(?s).*\\n\\d+ ok, \\d+ warn, \\d+ fail, \\d+ cannot tell\\n"));
    if (IS_ROOT) {
      assertLine(doctor, "warn        root  +not root, so some checks cannot be made");
      assertLine(doctor, "cannot tell settings  +this user may not read them");
      assertLine(doctor, "cannot tell webhook secret  +this user may not read it");
      assertLine(doctor, " +-> Run: sudo kextwatch doctor");
    } else {
      assertLine(doctor, "ok          root  +not needed below .*");
      assertLine(doctor, "ok          settings  +valid");
      assertLine(doctor, "ok          webhook secret  +well-formed, and only root can read it");
    }
    assertLine(doctor, "ok          Defender's daemon  +mdatp health answers, .*");
  }

  @Test
  void theDoctorsDocumentIsAllThatIsOnStdout() throws Exception {
    Ended doctor = kextwatch("doctor", "--json");

    assertEquals("", doctor.err());
    assertEquals(1, doctor.exit());
    assertTrue(doctor.out().matches("\\[\\{\"check\":\"root\",.*\\}\\]\n"), doctor::out);
  }

  @Test
  void theSupportArchiveHoldsWhatTheUserMaySeeAndNoSecret() throws Exception {
    Path file = desk.resolve("support.zip");

    Ended support = kextwatch("support", file);

    assertEquals(0, support.exit(), support::err);
    assertEquals(file + "\n", support.out());
    assertEquals(
        IS_ROOT
            ? "kextwatch: the archive is incomplete without root; run: sudo kextwatch support\n"
            : "",
        support.err());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    Map<String, String> texts = read(file);
    assertTrue(texts.get("kextwatch/status.json").contains("\"verdict\":\"at_risk\""));
    texts.forEach(
        (name, text) -> {
          assertFalse(text.contains(KEY) || text.contains("CANARY"), name + ": " + text);
          assertNoTrace(text);
        });

    Ended again = kextwatch("support", file);
    assertEquals(64, again.exit());
    assertEquals("kextwatch: %s already exists and is not replaced\n".formatted(file), again.err());
  }

  @Test
  void whereItCannotBeWrittenAnotherPlaceIsAskedFor() throws Exception {
    Path folder = temp.resolve("desk/none");
    assertEquals(
        new Ended(64, "", "kextwatch: the folder of %s/a.zip does not exist\n".formatted(folder)),
        kextwatch("support", folder.resolve("a.zip")));
    Files.createDirectory(folder);
    mode(folder, "r-x--x--x");
    assertEquals(
        new Ended(
            64,
            "",
            "kextwatch: this user may not write %s/a.zip: choose another folder\n"
                .formatted(folder)),
        kextwatch("support", folder.resolve("a.zip")));
  }

  @Test
  void theStatusIsForEverybody() throws Exception {
    Ended status = kextwatch("status", "--field", "reason");
    assertEquals(new Ended(1, "awaiting_approval\n", ""), status);
  }

  @Test
  void onThisMacItselfOnlyRootChecks() throws Exception {
    for (String command : new String[] {"check", "run", "webhook test"}) {
      assertEquals(
          new Ended(
              77, "", "kextwatch: %s needs root: sudo kextwatch %s\n".formatted(command, command)),
          run((Object[]) command.split(" ")));
    }
  }

  @Test
  void whatReadsNoSecretIsForEverybody() throws Exception {
    Path draft = Files.writeString(desk.resolve("draft"), "{\"healthIntervalSeconds\":600}");
    mode(draft, "rw-r--r--");
    for (String command :
        List.of(
            "version",
            "completions",
            "webhook schema " + desk.resolve("schemas"),
            "config validate " + draft,
            "demo --help",
            "receive --help")) {
      Ended ended = run((Object[]) command.split(" "));
      assertEquals(0, ended.exit(), ended::toString);
    }
    Ended settings = kextwatch("config", "show"); // they are closed
    assertEquals(IS_ROOT ? 77 : 0, settings.exit(), settings::toString);
  }

  private Ended kextwatch(Object... arguments) throws Exception {
    Object[] all =
        Stream.concat(Stream.of("--root", rig.mac.root()), Stream.of(arguments)).toArray();
    return run(all);
  }

  private Ended run(Object... arguments) throws Exception {
    Map<String, String> environment =
        Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", "/usr/bin:/bin");
    String shell = IS_ROOT ? AS_NOBODY : "env";
    Object[] all = Stream.concat(Stream.of(launcher), Stream.of(arguments)).toArray();
    return Script.run(Path.of("/"), environment, shell, all);
  }

  private static void assertLine(Ended ended, String regex) {
    assertTrue(ended.out().lines().anyMatch(line -> line.matches(regex)), ended::out);
  }

  private static void assertNoTrace(String text) {
    assertFalse(text.contains("\tat ") || text.contains("Exception"), text);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.copy(file, copy);
        boolean isOpen = Files.isDirectory(copy) || Files.isExecutable(copy);
        mode(copy, isOpen ? "rwxr-xr-x" : "rw-r--r--");
      }
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        texts.put(entry.getName(), new String(bytes, StandardCharsets.UTF_8));
      }
    }
    return texts;
  }
}
