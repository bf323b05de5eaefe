package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;

/** The launcher in every shell, with Javas that only tell what they were given. */
@ParameterizedClass
@MethodSource("org.kextwatch.agent.Script#shells")
class LauncherTest {
  private static final String TELL = "for a; do printf '<%s>\\n' \"$a\"; done; /usr/bin/env";

  @Parameter String shell;
  @TempDir Path temp;

  private final Map<String, String> environment = new HashMap<>();
  private Path home;
  private Path launcher;

  @BeforeEach
  void installAProgram() throws IOException {
    home = temp.toRealPath().resolve("a program");
    launcher =
        Script.copy(
            Script.AGENT.resolve("src/main/sh/kextwatch"),
            home.resolve("bin").resolve("kextwatch"));
    Files.createDirectory(home.resolve("lib"));
    for (String jar : List.of("b.jar", "a.jar", "c.jar")) {
      Files.createFile(home.resolve("lib").resolve(jar));
    }
    environment.put("PATH", "/nowhere");
    environment.put("JAVA_HOME", java("jdk", "17.0.15", TELL).toString());
  }

  @Test
  void theArgumentsArriveUnchanged() throws Exception {
    String out = succeed("config", "validate", "a  b", "", "*", "'\"$x\\", "--root");
    assertTrue(
        out.contains(
            """
            <org.kextwatch.agent.cli.Main>
            <config>
            <validate>
            <a  b>
            <>
            <*>
            <'"$x\\>
            <--root>
            """),
        out);
  }

  @Test
  void noArgumentIsNoError() throws Exception {
    List<String> given = succeed().lines().filter(line -> line.startsWith("<")).toList();
    assertEquals("<org.kextwatch.agent.cli.Main>", given.get(given.size() - 1));
  }

  @Test
  void theClassPathHasAFixedOrder() throws Exception {
    Path lib = home.resolve("lib");
    String expected = "<-cp>\n<%s/a.jar:%s/b.jar:%s/c.jar>\n".formatted(lib, lib, lib);
    assertTrue(succeed("status").contains(expected));
  }

  @Test
  void theDaemonIsBounded() throws Exception {
    for (String command : List.of("run", "check", "status")) {
      String out = succeed(command);
      assertTrue(out.contains("<-Xmx48m>\n"), out);
      assertTrue(out.contains("<-XX:MaxMetaspaceSize=32m>\n"), out);
      assertEquals(command.equals("run"), out.contains("<-XX:+ExitOnOutOfMemoryError>\n"), out);
    }
  }

  @Test
  void demoAndReceiverHaveMoreRoom() throws Exception {
    for (String command : List.of("demo", "receive")) {
      String out = succeed(command);
      assertTrue(out.contains("<-Xmx128m>\n"), out);
      assertFalse(out.contains("<-Xmx48m>\n"), out);
      assertFalse(out.contains("Metaspace"), out);
    }
  }

  @Test
  void whatWouldChangeJavaIsDropped() throws Exception {
    List<String> dropped =
        List.of(
            "JAVA_TOOL_OPTIONS",
            "_JAVA_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "DYLD_INSERT_LIBRARIES",
            "DYLD_LIBRARY_PATH");
    dropped.forEach(name -> environment.put(name, "-Dx=1"));
    environment.put("OTHER", "DYLD_\nDYLD_NOT_SET=1");
    String out = succeed("status");
    dropped.forEach(name -> assertFalse(out.contains(name + "="), out));
    assertTrue(out.contains("OTHER=DYLD_\nDYLD_NOT_SET=1"), out);
  }

  @Test
  void theExitCodeIsThePrograms() throws Exception {
    environment.put("JAVA_HOME", java("exits", "17", "exit 2").toString());
    assertEquals(2, run("check").exit());
  }

  @Test
  void itIsReplacedByJava() throws Exception {
    environment.put("JAVA_HOME", java("pid", "17", "echo $PPID").toString());
    assertEquals(ProcessHandle.current().pid() + "\n", succeed("run"));
  }

  @Test
  void itFindsItsProgramThroughLinks() throws Exception {
    Path links = Files.createDirectories(temp.resolve("usr/local/bin"));
    Path near = Files.createSymbolicLink(temp.resolve("near"), Path.of("a program/bin/kextwatch"));
    Path far = Files.createSymbolicLink(links.resolve("kextwatch"), Path.of("../../../near"));
    Path absolute = Files.createSymbolicLink(links.resolve("absolute"), far);
    for (Path link : List.of(near, far, absolute)) {
      Ended ended = Script.run(Path.of("/"), environment, shell, link, "status");
      assertTrue(ended.out().contains("<" + home.resolve("lib/a.jar") + ":"), ended::toString);
    }
  }

  @Test
  void theJavaOnThePathIsUsedWithoutAJavaHome() throws Exception {
    Path bin = Files.createDirectory(temp.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), Path.of("../jdk/bin/java"));
    environment.remove("JAVA_HOME");
    environment.put("PATH", bin.toString());
    assertTrue(succeed("status").contains("<status>"));
  }

  @Test
  void withoutAnyJavaItSaysWhatToDo() throws Exception {
    environment.remove("JAVA_HOME");
    assertRefused("there is no Java here. Kextwatch needs Java 17 or later: set JAVA_HOME");
  }

  @Test
  void aJavaHomeWithoutJavaIsNamed() throws Exception {
    environment.put("JAVA_HOME", "/nowhere/jdk");
    assertRefused("JAVA_HOME has no bin/java: /nowhere/jdk");
  }

  @Test
  void anOlderJavaIsNamed() throws Exception {
    Path old = java("old", "11.0.21", TELL);
    environment.put("JAVA_HOME", old.toString());
    assertRefused("this Java is too old (11): " + old.toRealPath() + "/bin/java");
  }

  @Test
  void withoutAReleaseFileJavaItselfIsAsked() throws Exception {
    String version = "[ \"$1\" != -version ] || { echo 'openjdk version \"%s\"' >&2; exit; }\n";
    environment.put("JAVA_HOME", java("eight", null, version.formatted("1.8.0_412")).toString());
    assertRefused("this Java is too old (1): ");
    environment.put(
        "JAVA_HOME", java("later", null, version.formatted("25.0.3") + TELL).toString());
    assertTrue(succeed("status").contains("<status>"));
    environment.put("JAVA_HOME", java("mute", null, "exit 1").toString());
    assertRefused("this Java does not run: ");
  }

  @Test
  void aProgramWithoutJarsIsIncomplete() throws Exception {
    for (String jar : List.of("b.jar", "a.jar", "c.jar")) {
      Files.delete(home.resolve("lib").resolve(jar));
    }
    assertRefused("the program is incomplete: no jars in " + home + "/lib");
  }

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
    Path mac = temp.toRealPath().resolve("mac");
    Path release = mac.resolve("Library/Application Support/Kextwatch/releases/0.1.0");
    Files.createDirectories(release.getParent());
    Files.move(home, release);
    home = release;
    launcher = release.resolve("bin/kextwatch");
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
        text.replace("\nlaunchd=1 ", "\nlaunchd=" + me + " ").replace("quiet=900", "quiet=2"));
    long start = System.nanoTime();
    assertRefused("the Java recorded at install is gone: /nowhere");
    assertTrue(System.nanoTime() - start >= 2_000_000_000L);
  }

  @Test
  void onAMacTheStubIsNotTakenForAJava() throws Exception {
    Path stub = Script.write(temp.resolve("usr/bin/java"), "echo 'No Java runtime present'");
    Path tool = temp.resolve("usr/libexec/java_home");
    Files.writeString(
        launcher,
        Files.readString(launcher)
            .replace("stub=/usr/bin/java", "stub=" + stub)
            .replace("=/usr/libexec/java_home", "=" + tool));
    environment.remove("JAVA_HOME");
    environment.put("PATH", stub.getParent().toString());

    Script.write(tool, "[ \"$*\" = '-F -v 17+' ] && echo " + java("found", "17", TELL));
    assertTrue(succeed("status").contains("<status>"));
    Script.write(tool, "echo 'Unable to find any JVMs' >&2; exit 1");
    assertRefused("there is no Java here");
  }

  private Path java(String name, String version, String body) throws IOException {
    Path java = temp.toRealPath().resolve(name);
    Script.write(java.resolve("bin/java"), body);
    Files.createDirectories(java.resolve("lib"));
    if (version != null) {
      Files.writeString(
          java.resolve("release"),
          "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\nJAVA_VERSION_DATE=\"2026-01-20\"\n"
              .formatted(version));
    }
    return java;
  }

  private void record(String content) throws IOException {
    Files.writeString(home.resolve("java-home"), content);
  }

  private Ended run(Object... arguments) throws Exception {
    Object[] all = new Object[arguments.length + 1];
    all[0] = launcher;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Script.run(temp, environment, shell, all);
  }

  private String succeed(Object... arguments) throws Exception {
    Ended ended = run(arguments);
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.err());
    return ended.out();
  }

  /** Returns what it said. */
  private String assertRefused(String why) throws Exception {
    Ended ended = run("run");
    assertEquals(70, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().startsWith("kextwatch: "), ended::err);
    assertTrue(ended.err().contains(why), ended::err);
    return ended.err();
  }
}
