package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** Which program and which Java the launcher starts, and how, in every shell. */
class LauncherIT extends LaunchedProgram {
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
      assertTrue(out.startsWith("<-XX:+IgnoreUnrecognizedVMOptions>\n"), out);
      assertEquals(command.equals("run"), out.contains("<-XX:+ExitOnOutOfMemoryError>\n"), out);
    }
  }

  /** Java would end with 1, which means at risk. */
  @Test
  void aProgramThatIsCutShortIsNotStarted() throws Exception {
    Path jar = home.resolve("lib/kextwatch-agent-0.1.0.jar");
    String whole = "classes" + InstalledMac.END_OF_JAR;
    Files.writeString(jar, whole);
    succeed("status");
    for (int length : List.of(0, 1, 7, 10, 22, whole.length() - 1)) {
      Files.writeString(jar, whole.substring(0, length));
      assertRefused(jar + " is damaged or cut short. Install Kextwatch again");
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

  /** A release archive has one for each architecture beside the program. */
  @Test
  void theJavaOfTheArchiveIsUsedFirst() throws Exception {
    Path sysctl = Script.write(temp.resolve("sysctl"), "[ $2 = hw.optional.arm64 ] && echo 1");
    Files.writeString(
        launcher, Files.readString(launcher).replace("=/usr/sbin/sysctl", "=" + sysctl));
    for (String architecture : List.of("arm64", "x86_64")) {
      java("runtime/" + architecture, "25", "echo " + architecture);
    }
    assertEquals("arm64\n", succeed("demo"));
    Script.write(sysctl, "echo 0");
    assertEquals(machine() + "\n", succeed("demo"));

    // That of the other system cannot run here.
    Path minimum = temp.resolve("runtime").resolve(machine()).resolve("minimum-macos");
    boolean isMac = System.getProperty("os.name").startsWith("Mac");
    Files.writeString(minimum, "11.0\n");
    assertEquals(isMac, succeed("demo").equals(machine() + "\n"));
    Files.delete(minimum);
    assertEquals(!isMac, succeed("demo").equals(machine() + "\n"));
  }

  private static String machine() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x86_64";
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
}
