package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What install.sh looks at before it touches a Mac, in every shell. */
class InstallChecksIT extends InstalledMac {
  @ConcurrentTest
  void aReleaseThatIsNotOursIsNeitherRunNorRemoved() throws Exception {
    installed();
    Path elsewhere = Files.createDirectories(temp.toRealPath().resolve("elsewhere/bin"));
    Path run = temp.toRealPath().resolve("run");
    Script.write(elsewhere.resolve("kextwatch"), "echo theirs >'" + run + "'");
    Path current = support.resolve("current");
    Files.createSymbolicLink(support.resolve("releases/9"), elsewhere.getParent());
    for (Path target :
        List.of(
            elsewhere.getParent(),
            Path.of("../../../../elsewhere"),
            Path.of("releases/.."),
            Path.of("releases/9"))) {
      Files.delete(current);
      Files.createSymbolicLink(current, target);
      String why = current + " leads to " + target + ", which is no release in";
      refused(70, why);
      refused(70, why, "--uninstall", "--purge");
      refused(70, why, "--status");
    }
    Files.delete(current);
    Files.createDirectory(current);
    refused(70, current + " leads to itself, which is no release in");
    assertFalse(Files.exists(run));
  }

  @ConcurrentTest
  void aLinkThatBearsTheNameOfAReleaseIsLeftAlone() throws Exception {
    installed();
    Path elsewhere = temp.toRealPath().resolve("elsewhere");
    Path release = support.resolve("releases/0.1.0");
    Files.move(release, elsewhere);
    Files.createSymbolicLink(release, elsewhere);
    Files.delete(support.resolve("current"));
    assertDone(install("--java", runtime));
    assertEquals(Path.of("releases/0.1.0-2"), current());
    assertTrue(Files.exists(elsewhere.resolve("bin/kextwatch")));
  }

  @ConcurrentTest
  void aJavaThatIsTooNewForTheMacIsRefused() throws Exception {
    runtimeNeeds("14.00.00");
    refused(69, "needs macOS 14.00.00 or later, this is macOS 13.6.1", "--java", runtime);
    macOs("14.0");
    assertDone(install("--java", runtime));
  }

  @ConcurrentTest
  void aMissingOrBadJavaIsRefused() throws Exception {
    refused(69, "no Java 17 or later is here");
    refused(69, "there is no /nowhere/bin/java", "--java", "/nowhere/");
    Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"11.0.2\"\n");
    refused(70, "this Java is too old (11)", "--java", runtime);
  }

  @ConcurrentTest
  void aJavaThatOthersCanChangeIsRefused() throws Exception {
    Path modules = Files.createFile(runtime.resolve("lib/modules"));
    for (Path file : List.of(runtime, runtime.getParent(), modules)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
      String why = "others can change this file, so it is not trusted";
      Ended ended = refused(70, why, "--dry-run", "--java", runtime);
      assertEquals(new Ended(0, "", ""), Script.followRemedy(temp, ended.err()));
      assertEquals(0, install("--dry-run", "--java", runtime).exit());
    }
  }

  @ConcurrentTest
  void aFolderOnTheWayThatOthersCanChangeIsRefused() throws Exception {
    Path open = Files.createDirectories(mac.resolve("Library/Application Support"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxr-x"));
    Ended ended = install("--java", runtime);
    assertFailed(70, "others can change this file", ended);
    assertFalse(Files.exists(support.resolve("current")));
    assertFalse(Files.exists(support.resolve("releases/0.1.0")));
    assertEquals(List.of(), launchd.calls());
    assertEquals(new Ended(0, "", ""), Script.followRemedy(temp, ended.err()));
    assertDone(install("--java", runtime));
  }

  @ConcurrentTest
  void badSettingsAreRefused() throws Exception {
    Path config = file("my config", "{ \"endpoint\": \"refused\" }");
    refused(78, config + " is refused: endpoint must be", "--java", runtime, "--config", config);
    refused(78, "there is", "--java", runtime, "--config", "there is none");
    for (String url : List.of("ftp://x", "https://", "https://a b", "https://a\"", "https://a\\")) {
      refused(78, "the --endpoint is no URL", "--java", runtime, "--endpoint", url);
    }
  }

  @ConcurrentTest
  void settingsThatAreThereMustBeGoodToo() throws Exception {
    installed();
    Files.writeString(support.resolve("config.json"), "refused");
    release("0.2.0");
    refused(78, "config.json is refused");
  }

  @ConcurrentTest
  void theFileAtFaultIsNamed() throws Exception {
    installed();
    Path config = support.resolve("config.json");
    Path profile = mac.resolve("Library/Managed Preferences/" + LABEL + ".plist");
    Files.createDirectories(profile.getParent());
    Files.writeString(profile, "<plist/>");
    release("0.2.0");
    Ended ended = refused(78, profile + " is refused: refused: " + profile);
    assertFalse(ended.err().contains(config.toString()), ended::err);
    assertTrue(ended.err().contains("in the MDM that sends it"), ended::err);
    Files.writeString(config, "refused");
    refused(78, profile + " or " + config + " is refused: ");
    Files.delete(profile);
    refused(78, config + " is refused: ");
  }

  @ConcurrentTest
  void goodSettingsAreTakenAsTheyAre() throws Exception {
    String text = "{\n  \"endpoint\" : \"https://x.example.com\" }\n\n";
    assertDone(install("--java", runtime, "--config", file("my config", text)));
    assertEquals(text, Files.readString(support.resolve("config.json")));
  }

  @ConcurrentTest
  void whatIsNoSecretIsRefusedAndNotShown() throws Exception {
    for (String bad :
        List.of(
            "",
            "hunter2-hunter2-hunter2-hunter2",
            "whsec_",
            "whsec_AAEC",
            SECRET.substring(0, SECRET.length() - 1),
            SECRET + "\n" + SECRET,
            SECRET + " x",
            "whsk_" + SECRET.substring(6),
            "whsec_" + "A".repeat(88))) {
      Ended ended =
          refused(
              78,
              "holds no webhook secret",
              "--java",
              runtime,
              "--secret-file",
              file("my secret", bad));
      assertFalse(ended.toString().contains("hunter2"), ended::toString);
    }
    for (String good :
        List.of(
            SECRET.substring(6),
            " " + SECRET + " \n",
            SECRET + "\r\n",
            SECRET + "\r\n\r\n",
            "\f" + SECRET + "\u000b",
            "whsec_" + "A".repeat(84) + "A==")) {
      file("my secret", good);
      assertEquals(
          good.length() > 90 ? 78 : 0,
          install("--dry-run", "--java", runtime, "--secret-file", temp.resolve("my secret"))
              .exit());
    }
  }

  @ConcurrentTest
  void aFullDiskIsNoticedFirst() throws Exception {
    Script.write(bin.resolve("df"), "printf 'Filesystem\\n/dev/disk1 100 90 20000 90%% /\\n'");
    refused(70, "only 19 MiB are free", "--java", runtime);
  }

  @ConcurrentTest
  void linksInOurPlacesAreNotFollowed() throws Exception {
    Path elsewhere = Files.createDirectory(temp.toRealPath().resolve("elsewhere"));
    for (String place :
        List.of(
            "Library/Application Support/Kextwatch",
            "Library/Logs/Kextwatch",
            "private/var/db/kextwatch",
            "Library/LaunchDaemons/org.kextwatch.agent.plist")) {
      Path link = mac.resolve(place);
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, elsewhere);
      refused(70, link + " is a link, which is not followed here", "--java", runtime);
      refused(70, link + " is a link, which is not followed here", "--uninstall", "--purge");
      Files.delete(link);
    }
  }

  @ConcurrentTest
  void theQuarantineOfADownloadIsLifted() throws Exception {
    Path log = file("lifted", "");
    Script.write(bin.resolve("xattr"), "echo \"$1 $2 ${3##*/}\" >>'" + log + "'; exit 1");
    assertDone(install("--java", runtime));
    assertTrue(
        Files.readString(log).contains("-d com.apple.quarantine kextwatch-agent-0.1.0.jar\n"));
  }

  private Ended refused(int exit, String why, Object... options) throws Exception {
    Map<String, String> before = everything();
    Ended ended = install(options);
    assertFailed(exit, why, ended);
    assertEquals("", ended.out());
    assertEquals(before, everything());
    return ended;
  }
}
