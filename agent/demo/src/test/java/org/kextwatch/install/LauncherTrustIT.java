package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;

/** Which Java an installed program trusts, in every shell. */
class LauncherTrustIT extends LaunchedProgram {
  @Test
  void anInstalledProgramUsesItsRecordedJavaAlone() throws Exception {
    Path runtime = java("runtime", "25", "echo recorded");
    record(runtime.toString());
    assertEquals("recorded\n", succeed("run"));
    Files.delete(runtime.resolve("bin/java"));
    assertRefused("the Java recorded at install is gone: " + runtime);
  }

  @Test
  void aRecordWithoutAnAbsolutePathIsRefused() throws Exception {
    for (String content : List.of("", "\n", "jdk\n")) {
      record(content);
      assertRefused("java-home names no Java");
    }
  }

  @Test
  void aRecordedJavaThatOthersCanChangeIsRefused() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("folder"));
    record(java("folder/runtime", "17", "echo recorded").toString());
    for (String open : List.of("rwxrwxr-x", "rwxr-xrwx")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(open));
      follow(assertRefused("others can change this file, so it is not trusted: d" + open));
      assertEquals("recorded\n", succeed("run"));
    }
    giveAway(folder); // as the home of another user
    String said = assertRefused("others can change this file, so it is not trusted: d");
    assertFalse(said.contains("chown"), "that user needs it");
  }

  /** What a Java loads, and what decides whom it trusts. */
  @Test
  void everyFileOfARecordedJavaCounts() throws Exception {
    Path runtime = java("a jdk's/Contents/Home", "17", "echo recorded");
    record(runtime.toString());
    for (String name :
        List.of(
            "lib/modules",
            "lib/server/libjvm.dylib",
            "lib/server/classes.jsa",
            "lib/libjli.dylib",
            "lib/security/cacerts",
            "conf/security/java.security",
            "bin/java",
            "lib/server",
            "conf",
            "release")) {
      Path file = runtime.resolve(name);
      if (Files.notExists(file)) {
        Files.createDirectories(file.getParent());
        Files.createFile(file);
      }
      String open = name.contains("server") ? "rwxrwxr-x" : "rwxr-xrwx";
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(open));
      follow(assertRefused("not trusted: " + (Files.isDirectory(file) ? "d" : "-") + open));
      assertEquals("recorded\n", succeed("run"));
    }
  }

  /** As "sudo tar xzf" leaves it, from the folder of the bundle on. */
  @Test
  void aJavaThatItsPackerOwnsIsRefused() throws Exception {
    Path bundle = temp.toRealPath().resolve("jdk-17.jdk");
    record(java("jdk-17.jdk/Contents/Home", "17", "echo recorded").toString());
    Files.createFile(bundle.resolve("Contents/Home/lib/modules"));
    for (Path from :
        List.of(
            bundle,
            bundle.resolve("Contents/Home/lib"),
            bundle.resolve("Contents/Home/lib/modules"))) {
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.toList()) {
          giveAway(file);
        }
      }
      follow(assertRefused("others can change this file, so it is not trusted: "));
      assertEquals("recorded\n", succeed("run"));
    }
  }

  @Test
  void whatALinkOfARecordedJavaLeadsToCounts() throws Exception {
    Path runtime = java("runtime", "17", "echo recorded");
    Path store = Files.createFile(temp.resolve("cacerts"));
    Files.createSymbolicLink(runtime.resolve("lib/cacerts"), store);
    Files.createSymbolicLink(runtime.resolve("lib/src.zip"), Path.of("/nowhere"));
    record(runtime.toString());
    assertEquals("recorded\n", succeed("run"));
    Files.setPosixFilePermissions(store, PosixFilePermissions.fromString("rw-rw-rw-"));
    follow(assertRefused("so it is not trusted: -rw-rw-rw-"));
    assertEquals("recorded\n", succeed("run"));
  }

  /** To another user, which only root can; whoever is not root opens it to a group. */
  private static void giveAway(Path file) throws IOException {
    if (Owner.current().isRoot()) {
      Files.setAttribute(file, "unix:uid", 501);
    } else {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxr-x"));
    }
  }

  private void follow(String refusal) throws Exception {
    assertEquals(new Ended(0, "", ""), Script.followRemedy(temp, refusal));
  }

  @Test
  void aJavaThatCrashesLeavesItsReportBesideTheLog() throws Exception {
    Path mac = moveOntoAMac();
    record(java("runtime", "17", TELL).toString());
    assertFalse(succeed("run").contains("ErrorFile"), "there is no log folder yet");
    Path logs = Files.createDirectories(mac.resolve("Library/Logs/Kextwatch"));
    assertTrue(succeed("run").contains("<-XX:ErrorFile=" + logs + "/java-crash.log>\n"));
    Files.setPosixFilePermissions(logs, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertFalse(succeed("run").contains("ErrorFile"), "others could put a link there");
  }

  @Test
  void anInstalledProgramThatOthersCanChangeIsRefused() throws Exception {
    record(java("runtime", "17", "echo recorded").toString());
    Files.setPosixFilePermissions(
        home.resolve("lib"), PosixFilePermissions.fromString("rwxrwxrwx"));
    assertRefused("others can change this file, so it is not trusted: drwxrwxrwx");
  }

  @Test
  void startedByLaunchdItFailsNoMoreThanOnceInAQuarterOfAnHour() throws Exception {
    record("/nowhere");
    String text = Files.readString(launcher);
    assertTrue(text.contains("\nquiet=900 # seconds\n"), text);
    long me = ProcessHandle.current().pid();
    Files.writeString(
        launcher,
        text.replace("\nlaunchd=1 ", "\nlaunchd=" + me + " ").replace("quiet=900", "quiet=1"));
    long start = System.nanoTime();
    assertRefused("the Java recorded at install is gone: /nowhere");
    assertTrue(System.nanoTime() - start >= 1_000_000_000L);
  }

  private void record(String content) throws IOException {
    Files.writeString(home.resolve("java-home"), content);
  }
}
