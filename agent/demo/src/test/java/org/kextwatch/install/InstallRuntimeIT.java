package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** A release that brings its Java, in every shell. */
class InstallRuntimeIT extends InstalledMac {
  private Path java;

  @BeforeEach
  void addAJavaForEachArchitecture() throws IOException {
    java = image("x86_64", "11.0");
    image("arm64", "11.0");
  }

  private Path image(String architecture, String minimum) throws IOException {
    Path image = archive.resolve("runtime").resolve(architecture);
    Script.copy(StrictTools.SIMULATED.resolve("java"), image.resolve("bin/java"));
    Script.write(image.resolve("lib/jspawnhelper"), "");
    Files.createDirectories(image.resolve("legal/java.xml"));
    Files.writeString(image.resolve("lib/modules"), architecture);
    Files.writeString(image.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Files.writeString(image.resolve("minimum-macos"), minimum + "\n");
    Files.createSymbolicLink(image.resolve("legal/java.xml/LICENSE"), Path.of("../../release"));
    return image;
  }

  private void processor(String arm) throws IOException {
    Script.write(
        mac.resolve("usr/sbin/sysctl"),
        "case $2 in hw.optional.arm64) echo %s ;; *) echo %s ;; esac".formatted(arm, BOOT));
  }

  @ConcurrentTest
  void aMacGetsItsOwnJavaAlone() throws Exception {
    for (String arm : new String[] {"0", "1"}) {
      processor(arm);
      assertDone(install());
      Path own = support.resolve("current/runtime");
      String architecture = arm.equals("1") ? "arm64" : "x86_64";
      assertEquals(architecture, Files.readString(own.resolve("lib/modules")));
      assertFalse(Files.exists(own.resolve(architecture)));
      assertFalse(Files.exists(support.resolve("current/java-home")));
      assertEquals("rwxr-xr-x", mode(own.resolve("bin/java")));
      assertEquals("rwxr-xr-x", mode(own.resolve("lib/jspawnhelper")));
      assertEquals("rw-r--r--", mode(own.resolve("lib/modules")));
      Path licence = own.resolve("legal/java.xml/LICENSE");
      assertTrue(Files.isSymbolicLink(licence));
      assertTrue(Files.exists(licence));
      assertWatched();
      Ended status = install("--status");
      assertTrue(status.out().contains("Java:    its own, 25.0.1\n"), status::toString);
      assertDone(install("--uninstall", "--purge"));
    }
    assertFalse(Files.exists(support, LinkOption.NOFOLLOW_LINKS));
  }

  @ConcurrentTest
  void nothingNewIsNoReasonToRestart() throws Exception {
    assertDone(install());
    Map<String, String> before = everything();
    Ended again = install();
    assertDone(again);
    assertTrue(again.err().contains("nothing is changed"), again::err);
    assertEquals(before, everything());
  }

  @ConcurrentTest
  void whatOthersCouldChangeIsMended() throws Exception {
    assertDone(install());
    Path modules = support.resolve("current/runtime/lib/modules");
    Files.setPosixFilePermissions(modules, PosixFilePermissions.fromString("rw-rw-rw-"));
    Path launcher = support.resolve("current/bin/kextwatch");
    assertFailed(
        70,
        "Install Kextwatch again, from its package or its release archive.",
        Script.run(temp, environment, shell, launcher, "version"));
    assertDone(install());
    assertEquals("rw-r--r--", mode(modules));
    assertEquals(0, Script.run(temp, environment, shell, launcher, "version").exit());
  }

  @ConcurrentTest
  void whatIsInstalledInstallsItselfAgain() throws Exception {
    assertDone(install());
    assertEquals(0, launchd.ask("bootout", "system/" + LABEL));
    Object[] all = {support.resolve("current/install.sh"), "--root", mac, "--no-archive"};
    assertDone(Script.run(temp, environment, shell, all));
    assertEquals(Path.of("releases/0.1.0"), current());
    assertEquals("x86_64", Files.readString(support.resolve("current/runtime/lib/modules")));
    assertWatched();
  }

  @ConcurrentTest
  void anUpgradeAndARollbackTakeItAlong() throws Exception {
    assertDone(install());
    Files.writeString(java.resolve("lib/modules"), "newer");
    assertDone(install()); // the same version with another Java
    assertEquals(Path.of("releases/0.1.0-2"), current());
    assertEquals("newer", Files.readString(support.resolve("current/runtime/lib/modules")));
    assertWatched();

    release("0.3.0"); // does not come up
    Files.writeString(java.resolve("lib/modules"), "newest");
    assertFailed(70, "0.1.0-2 runs again", install());
    assertEquals("newer", Files.readString(support.resolve("current/runtime/lib/modules")));
    assertFalse(Files.exists(support.resolve("releases/0.3.0")));
    assertWatched();
  }

  @ConcurrentTest
  void itIsUsedInsteadOfTheRecordedOne() throws Exception {
    assertDone(install("--java", runtime));
    assertEquals(runtime + "\n", Files.readString(support.resolve("current/java-home")));
    assertFalse(Files.exists(support.resolve("current/runtime")));
    Ended upgraded = install();
    assertDone(upgraded);
    String said = "the release brings a Java, which is used instead of " + runtime;
    assertTrue(upgraded.err().contains(said), upgraded::err);
    assertFalse(Files.exists(support.resolve("current/java-home")));
  }

  @ConcurrentTest
  void oneThatIsTooNewForTheMacIsRefused() throws Exception {
    Files.writeString(java.resolve("minimum-macos"), "26.0\n");
    refused(69, "runtime/x86_64 needs macOS 26.0 or later, this is macOS");
    processor("1");
    refused(0, "would run it with its own Java, ", "--dry-run");
  }

  @ConcurrentTest
  void anArchiveForOtherMacsIsRefused() throws Exception {
    Files.move(java, temp.resolve("gone"));
    refused(69, "this archive has no Java for this Mac (x86_64)");
  }

  @ConcurrentTest
  void itsRoomOnTheDiskIsCounted() throws Exception {
    Script.write(bin.resolve("df"), "printf 'Filesystem\\n/dev/disk1 100 90 122880 90%% /\\n'");
    Script.write(bin.resolve("du"), "echo 66000 \"$2\"");
    refused(70, "only 120 MiB are free");
    Script.write(bin.resolve("du"), "echo 13000 \"$2\"");
    assertDone(install());
  }

  @ConcurrentTest
  void aPackageGetsEveryJava() throws Exception {
    Path staging = temp.toRealPath().resolve("staging");
    assertDone(script("--destdir", staging));
    Path there = staging.resolve("Library/Application Support/Kextwatch/current");
    for (String architecture : new String[] {"arm64", "x86_64"}) {
      assertEquals(
          architecture,
          Files.readString(there.resolve("runtime/" + architecture + "/lib/modules")));
    }
    Ended ended = Script.run(temp, environment, shell, there.resolve("bin/kextwatch"), "version");
    assertEquals(new Ended(0, "kextwatch played\n", ""), ended);
    Ended same = script("--destdir", staging);
    assertTrue(same.err().contains("nothing is changed"), same::err);
    for (String architecture : new String[] {"arm64", "x86_64"}) {
      Script.write(archive.resolve("runtime/" + architecture + "/bin/java"), "exit 1");
    }
    Ended foreign = script("--destdir", staging);
    assertDone(foreign);
    assertTrue(foreign.err().contains("no Java of this archive runs here"), foreign::err);
  }

  private void refused(int exit, String why, Object... options) throws Exception {
    Map<String, String> before = everything();
    Ended ended = install(options);
    assertEquals(exit, ended.exit(), ended::toString);
    String said = Stream.of(ended.out(), ended.err()).reduce("", String::concat);
    assertTrue(said.contains(why), said);
    assertEquals(before, everything());
  }
}
