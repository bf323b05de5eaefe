package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.TrustedFile;
import picocli.CommandLine.Help.Ansi;

/** Files of kinds, folders and names that {@link HostilePathsIT} does not have. */
class HostileFilesIT extends HostileMac {

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
      run("mknod '" + file + "' " + device);
      mode(file, "rw-------");
    }
    assertTrue(new SettingsReader(root).read().isRefused());
    assertEquals(Mark.FAIL, doctor("webhook secret"));
    assertEquals(Mark.FAIL, doctor("status"));
    Files.delete(mac.path(SUPPORT + "config.json"));
    Path lock = mac.path(STATE + "lock");
    Files.createDirectories(lock.getParent());
    mode(lock.getParent(), "rwx------");
    run("mknod '" + lock + "' " + device);
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

  /**
   * Whoever may write in a folder can exchange what is in it at any time, so nothing of it counts.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        STATE,
        STATE + "spool",
        STATE + "spool/tmp",
        STATE + "spool/new",
        STATE + "spool/quarantine"
      })
  void nothingInAnOpenFolderOfTheStateIsBelieved(String path) throws Exception {
    Check.run(root, false, false);
    Path open = mac.path(path);
    for (String mode : List.of("rwxrwx---", "rwx-w----", "rwx----w-")) {
      mode(open, mode);
      IOException refused =
          assertThrows(IOException.class, () -> Check.run(root, false, false), mode);
      assertTrue(refused.getMessage().contains(open.toString()), refused::getMessage);
      assertTrue(refused.getMessage().contains("chmod go-w"), refused::getMessage);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/Library/Managed Preferences/org.kextwatch.agent.plist", SUPPORT + "config.json"})
  void noSettingsInAnOpenFolderAreBelieved(String path) throws Exception {
    Path file = mac.path(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{\"labels\": {\"site\": \"evil\"}}");
    mode(file, "rw-r-----");
    for (String mode : List.of("rwxrwxr-x", "rwxr-xrwx")) {
      mode(file.getParent(), mode);
      ResolvedSettings read = new SettingsReader(root).read();
      assertTrue(read.isRefused(), mode);
      assertFalse(read.settings().values().toString().contains("evil"), mode);
      String told = read.problems().toString();
      assertTrue(told.contains("chmod go-w '" + file.getParent() + "'"), told);
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
    Path archive = folder.resolve("support.zip");
    SupportArchive.of(root, true).write(archive);
    try (ZipFile zip = new ZipFile(archive.toFile())) {
      byte[] listing = zip.getInputStream(zip.getEntry("kextwatch/spool.txt")).readAllBytes();
      List<String> lines = new String(listing, StandardCharsets.UTF_8).lines().toList();
      assertTrue(lines.stream().allMatch(line -> line.startsWith("quarantine/")), lines::toString);
      assertTrue(lines.stream().noneMatch(line -> line.contains("\u202e")), lines::toString);
    }
  }

  /** It was put there while somebody could, to hide what is wrong from whoever reads the report. */
  @Test
  void aNameThatLooksLikeALineOfTheDoctorIsNone() throws Exception {
    Path release = Files.createDirectories(mac.path(SUPPORT + "releases/0.1.0"));
    Files.createSymbolicLink(mac.path(SUPPORT + "current"), Path.of("releases/0.1.0"));
    Path odd = Files.createFile(release.resolve("\u001b[2K\u202ex\nok          release"));
    HostileUser.give(odd);
    mode(odd, "rw-rw-rw-");
    Doctor.Report report = Doctor.examine(root, true, one -> one.name().equals("release"));
    String text = DoctorText.of(report, Ansi.OFF);
    assertTrue(text.startsWith("fail"), text);
    assertTrue(text.matches("[\\n\\P{C}]*"), text);
    assertFalse(text.contains("\nok "), text);
  }

  private Mark doctor(String check) {
    return Doctor.examine(root, true, one -> one.name().equals(check)).findings().get(0).mark();
  }
}
