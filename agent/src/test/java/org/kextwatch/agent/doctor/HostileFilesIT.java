package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.simulator.SimulatedMac;

/** Files of kinds, folders and names that {@link HostilePathsIT} does not have. */
class HostileFilesIT {
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final String STATE = "/private/var/db/kextwatch/";
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  @TempDir private Path folder;

  private SimulatedMac mac;
  private SystemRoot root;

  @BeforeEach
  void aMac() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of(), SECRET);
    root = SystemRoot.at(mac.root());
  }

  /** Everybody can make a pipe with mknod; a device itself, not a link to one, only root. */
  static Stream<String> devices() {
    return Owner.current().isRoot() ? Stream.of("p", "c 1 5", "c 1 3", "b 7 99") : Stream.of("p");
  }

  @ParameterizedTest
  @MethodSource("devices")
  void aDeviceIsNotOpened(String device) throws Exception {
    for (String path : new String[] {"config.json", "secret", "status.json"}) {
      Path file = mac.path(SUPPORT + path);
      Files.deleteIfExists(file);
      assertEquals(0, run("mknod '" + file + "' " + device), "mknod");
      mode(file, "rw-------");
    }
    assertTrue(new SettingsReader(root).read().isRefused());
    assertEquals(Mark.FAIL, doctor("webhook secret"));
    assertEquals(Mark.FAIL, doctor("status"));
    Files.delete(mac.path(SUPPORT + "config.json"));
    Path lock = mac.path(STATE + "lock");
    Files.createDirectories(lock.getParent());
    mode(lock.getParent(), "rwx------");
    assertEquals(0, run("mknod '" + lock + "' " + device), "mknod");
    assertThrows(IOException.class, () -> Check.run(root, false, false));
  }

  @ParameterizedTest
  @CsvSource({
    "1777, false", // sticky: who may write there may make files of any name
    "2775, false",
    "2755, true", // setgid alone lets nobody in
    "0770, false",
    "0755, true"
  })
  void aFolderThatOthersMayWriteSpoilsItsFiles(String mode, boolean isTaken) throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Path file = Files.writeString(open.resolve("file"), "x");
    mode(file, "rw-------");
    Files.setAttribute(open, "unix:mode", Integer.parseInt(mode, 8));
    if (isTaken) {
      assertEquals(1, TrustedFile.readSecret(file, 10).length);
    } else {
      assertThrows(RefusedPathException.class, () -> TrustedFile.readSecret(file, 10));
    }
  }

  /** macOS lets every user make a hard link to a file that is not theirs. */
  @Test
  void aHardLinkInTheirFolderIsRefused() throws Exception {
    Path real = mac.path(SUPPORT + "secret");
    Path theirs = Files.createDirectory(folder.resolve("theirs"));
    Path link = Files.createLink(theirs.resolve("secret"), real);
    HostileUser.give(theirs);
    if (!Owner.current().isRoot()) {
      mode(theirs, "rwxrwxrwx"); // theirs as well as that can be tried
    }
    assertThrows(RefusedPathException.class, () -> TrustedFile.readSecret(link, 100));
  }

  /** What is written again goes into a new file; a second name keeps the old one. */
  @ParameterizedTest
  @ValueSource(strings = {SUPPORT + "status.json", STATE + "settings.json"})
  void aSecondNameOfAFileThatIsWrittenKeepsWhatItHad(String path) throws Exception {
    Check.run(root, false, false);
    Path second = Files.createLink(folder.resolve("second"), mac.path(path));
    String before = Files.readString(second);
    mac.prepareForAgent(Map.of("labels", Map.of("site", "Berlin")), SECRET);
    Check.run(root, false, false);
    assertEquals(before, Files.readString(second));
    assertNotEquals(before, Files.readString(mac.path(path)));
  }

  /**
   * A Mac's volume takes no notice of case and of how accents are composed; names are told apart.
   */
  @Test
  void strangeNamesInTheSpoolArePutAside() throws Exception {
    List<String> names =
        List.of(
            "00000000-0000000000000007.00000000.JSON",
            "00000000-0000000000000007.0000000A.json",
            "00000000-0000000000000007.00000000.json\n",
            "00000000-0000000000000007.00000000.json ",
            "\u202ejson.00000000.7000000000000000-00000000",
            "00000000-000000000000000\uff17.00000000.json",
            "caf\u00e9.json",
            "cafe\u0301.json",
            "..json",
            "-rf");
    Check.run(root, false, false);
    Path waiting = mac.path(STATE + "spool/new");
    for (String name : names) {
      mode(Files.writeString(waiting.resolve(name), "{}"), "rw-------");
    }
    Check.run(root, false, false);
    for (String name : names) {
      assertTrue(Files.notExists(waiting.resolve(name), LinkOption.NOFOLLOW_LINKS), name);
    }
    try (Stream<Path> aside = Files.list(mac.path(STATE + "spool/quarantine"))) {
      assertEquals(names.size(), aside.count());
    }
  }

  private Mark doctor(String check) {
    return Doctor.examine(root, true, one -> one.name().equals(check)).findings().get(0).mark();
  }

  private static int run(String command) throws Exception {
    return new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor();
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
