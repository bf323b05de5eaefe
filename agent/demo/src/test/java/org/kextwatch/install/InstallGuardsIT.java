package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What install.sh neither trusts nor waits for, in every shell. */
class InstallGuardsIT extends InstalledMac {
  @ConcurrentTest
  void rootWorksOnlyBelowAFolderOfItsOwn() throws Exception {
    asRoot(501);
    String why = mac + " belongs to another user (501), and root works only below";
    for (String option : List.of("--no-start", "--uninstall", "--status", "--dry-run")) {
      refused(70, why, option);
    }
    assertFailed(70, why, script("--destdir", mac));
    assertEquals(List.of(), launchd.calls());
  }

  @ConcurrentTest
  void rootFollowsNoLinkOutOfThatFolder() throws Exception {
    asRoot(0);
    Path elsewhere = Files.createDirectory(temp.toRealPath().resolve("elsewhere"));
    for (String place : List.of("Library/Application Support", "Library", "private/var/db")) {
      Path link = mac.resolve(place);
      if (Files.exists(link)) {
        Files.delete(link);
      }
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, elsewhere);
      refused(70, link + " is a link, which root does not follow here", "--java", runtime);
      refused(70, link + " is a link, which root does not follow here", "--status");
      Files.delete(link);
    }
  }

  /** It seems to be root, on a Mac of this owner. */
  private void asRoot(int owner) throws Exception {
    Script.write(bin.resolve("id"), "echo 0");
    Script.write(bin.resolve("ls"), "echo drwxr-xr-x 9 " + owner + " 0 320 Nov 24 03:00 .");
  }

  @ConcurrentTest
  void settingsThatOthersCanChangeAreRefused() throws Exception {
    installed();
    Path config = support.resolve("config.json");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-rw-rw-"));
    refused(78, config + " is refused: others can change " + config);
  }

  @ConcurrentTest
  void whatHasNoEndIsNotRead() throws Exception {
    Path pipe = temp.toRealPath().resolve("pipe");
    makePipe(pipe);
    for (Path bad : List.of(pipe, temp.toRealPath())) {
      String why = bad + " is no regular file";
      refused(78, why, "--java", runtime, "--config", bad);
      refused(78, why, "--java", runtime, "--secret-file", bad);
    }
    refused(78, "there is no /nowhere", "--java", runtime, "--secret-file", "/nowhere");
    Files.createDirectories(support);
    makePipe(support.resolve("config.json"));
    assertFailed(
        78, support.resolve("config.json") + " is no regular file", install("--java", runtime));
  }

  private static void makePipe(Path name) throws Exception {
    assertEquals(0, Script.start(new ProcessBuilder("mkfifo", name.toString())).waitFor());
  }

  @ConcurrentTest
  void aRefusalNamesWhatWasGiven() throws Exception {
    Path config = file("my config", "refused");
    Ended given = refused(78, "a URL in " + config + ".", "--java", runtime, "--config", config);
    Ended made =
        refused(
            78,
            "the --endpoint is refused: endpoint must be a URL in the --endpoint.",
            "--java",
            runtime,
            "--endpoint",
            "https://refused.example.com");
    for (Ended ended : List.of(given, made)) {
      assertFalse(ended.err().contains("/tmp/kextwatch."), ended::err);
      assertFalse(ended.err().contains("A running daemon"), ended::err);
    }
  }

  @ConcurrentTest
  void aTemporaryFolderThatIsFullIsNoticedFirst() throws Exception {
    String small = "case $* in *' /tmp') echo; echo /dev/disk1 100 90 20000 90% /tmp ;; *) ";
    Path real = putAside("df");
    Script.write(bin.resolve("df"), small + "exec '" + real + "' \"$@\" ;; esac");
    refused(70, "only 19 MiB are free at /tmp", "--java", runtime);
    Script.write(bin.resolve("mktemp"), "echo mktemp: no space left on device >&2; exit 1");
    refused(70, "failed (is the disk full or read-only?)", "--java", runtime);
  }

  @ConcurrentTest
  void aDiskThatIsFullAllTheSameIsToldOnce() throws Exception {
    installed();
    release("0.2.0");
    Script.write(bin.resolve("cp"), "echo cp: full >&2; echo cp: full >&2; exit 1");
    Ended ended = refused(70, "/release/ cannot be written: is the disk full or read-only?");
    assertEquals(2, ended.err().lines().count(), ended::err);
  }

  @ConcurrentTest
  void aLockThatCannotBeMadeIsNobodyElses() throws Exception {
    installed();
    release("0.2.0");
    Script.write(bin.resolve("ln"), "echo \"ln: $3: Read-only file system\" >&2; exit 1");
    String why = support.resolve(".installing") + " cannot be made: is the disk full or read-only?";
    refused(70, why);
    refused(70, why, "--uninstall");
  }

  private Ended refused(int exit, String why, Object... options) throws Exception {
    Map<String, String> before = everything();
    Ended ended = install(options);
    assertFailed(exit, why, ended);
    assertEquals(before, everything());
    return ended;
  }
}
