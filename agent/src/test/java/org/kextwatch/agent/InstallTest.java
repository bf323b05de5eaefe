package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
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

/** install.sh in every shell, on a machine that has only the tools which a test gives it. */
@ParameterizedClass
@MethodSource("org.kextwatch.agent.Script#shells")
class InstallTest {
  private static final List<String> EVERYWHERE =
      List.of(
          "sh",
          "awk",
          "cat",
          "chmod",
          "dirname",
          "env",
          "find",
          "mkdir",
          "printf",
          "readlink",
          "sed");
  private static final List<String> CHECKERS =
      List.of("shellcheck", "checkbashisms", "dash", "posh", "busybox");
  private static final String MAVEN =
      """
      case $* in
        *--version) echo 'Apache Maven %s (Debian)'; exit ;;
      esac
      printf 'mvn %%s in %%s with %%s\\n' "$*" "$PWD" "$JAVA_HOME" >>"$LOG"
      mkdir -p agent/target/dist/bin
      printf '#!/bin/sh\\nprintf "<%%%%s>" "$@"\\n' >agent/target/dist/bin/kextwatch
      chmod 755 agent/target/dist/bin/kextwatch
      """;

  @Parameter String shell;
  @TempDir Path temp;

  private final Map<String, String> environment = new HashMap<>();
  private Path clone;
  private Path bin;
  private Path log;

  @BeforeEach
  void cloneOntoABareMachine() throws IOException {
    Path machine = temp.toRealPath();
    clone = machine.resolve("a clone");
    Script.copy(Script.REPOSITORY.resolve("install.sh"), clone.resolve("install.sh"));
    Files.copy(Script.REPOSITORY.resolve("pom.xml"), clone.resolve("pom.xml"));
    Files.createDirectories(clone.resolve(".mvn"));
    Files.createDirectories(clone.resolve("agent/src/main/java"));
    Files.createFile(clone.resolve("agent/pom.xml"));
    Files.createFile(clone.resolve("agent/src/main/java/Source.java"));
    setTime(Instant.parse("2026-01-01T00:00:00Z"));

    bin = Files.createDirectory(machine.resolve("bin"));
    for (String tool : EVERYWHERE) {
      Path real =
          Stream.of("/usr/bin", "/bin")
              .map(folder -> Path.of(folder, tool))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(bin.resolve(tool), real);
    }
    log = Files.createFile(machine.resolve("log"));
    Path jdk = machine.resolve("jdk");
    Script.write(jdk.resolve("bin/javac"), "echo javac 17.0.15");
    environment.put("PATH", bin.toString());
    environment.put("LOG", log.toString());
    environment.put("JAVA_HOME", jdk.toString());
    tool("uname", "echo Linux");
    tool("id", "echo 1000");
  }

  @Test
  void helpGoesToStdout() throws Exception {
    for (String option : List.of("--help", "-h")) {
      Ended ended = run(option);
      assertEquals(0, ended.exit());
      assertTrue(ended.out().startsWith("usage: ./install.sh --demo"), ended::out);
      assertEquals("", ended.err());
    }
  }

  @Test
  void wrongUsageIsToldOnStderr() throws Exception {
    assertRefused(64, "no option");
    assertRefused(64, "unknown option: --dome", "--dome");
    assertRefused(64, "unknown option: ", "");
    assertRefused(64, "too much: x", "--test", "x");
    assertRefused(64, "too much: --demo", "--version", "--demo");
  }

  @Test
  void theVersionIsThePoms() throws Exception {
    Ended ended = run("--version");
    assertTrue(ended.out().matches("kextwatch \\d+\\.\\d+\\.\\d+\n"), ended::toString);
  }

  @Test
  void theDemoIsBuiltAndGetsItsOptions() throws Exception {
    giveEverything();
    Ended ended = run("--demo", "--fast", "a  b");
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("<demo><--fast><a  b>", ended.out());
    assertEquals(
        "mvn -B -ntp -q package -Dmaven.test.skip=true in %s with %s\n"
            .formatted(clone, environment.get("JAVA_HOME")),
        calls());
  }

  @Test
  void nothingIsBuiltTwice() throws Exception {
    giveEverything();
    run("--demo");
    Files.delete(bin.resolve("mvn"));
    Ended ended = run("--demo");
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("<demo>", ended.out());
    assertEquals("", ended.err());
  }

  @Test
  void aChangedOrDeletedSourceIsBuilt() throws Exception {
    giveEverything();
    run("--demo");
    for (String changed : List.of("pom.xml", "agent/pom.xml", "agent/src/main/java")) {
      Files.writeString(log, "");
      setTime(Instant.parse("2026-01-01T00:00:00Z"));
      Files.setLastModifiedTime(
          clone.resolve(changed), FileTime.from(Instant.now().plusSeconds(60)));
      run("--demo");
      assertTrue(calls().startsWith("mvn "), changed);
    }
  }

  @Test
  void theTestsAreMavensVerify() throws Exception {
    giveEverything();
    CHECKERS.forEach(this::emptyTool);
    assertEquals(0, run("--test").exit());
    assertTrue(calls().startsWith("mvn -B -ntp verify in " + clone), calls());
  }

  @Test
  void failedTestsFail() throws Exception {
    giveEverything();
    CHECKERS.forEach(this::emptyTool);
    tool("mvn", "[ \"$3\" = --version ] && echo Apache Maven 3.9.9 || exit 1");
    assertEquals(1, run("--test").exit());
  }

  @Test
  void withoutAPackagerItNamesWhatIsMissing() throws Exception {
    assertRefused(69, "install these by hand: maven sqlite3 openssl", "--demo");
    assertRefused(69, "Maven 3.8.7 or later at https://maven.apache.org", "--demo");
  }

  @Test
  void aMavenThatIsTooOldIsMissing() throws Exception {
    giveEverything();
    for (String old : List.of("3.6.3", "3.8.6", "2.9.9")) {
      tool("mvn", MAVEN.formatted(old));
      assertRefused(69, "install these by hand: maven", "--demo");
    }
  }

  @Test
  void aJdkThatIsTooOldOrOnlyRunsIsPassedOver() throws Exception {
    giveEverything();
    Path newer = temp.toRealPath().resolve("newer");
    Script.write(newer.resolve("bin/javac"), "echo javac 25.0.3");
    Files.createSymbolicLink(bin.resolve("javac"), newer.resolve("bin/javac"));
    Script.write(Path.of(environment.get("JAVA_HOME"), "bin/javac"), "echo javac 1.8.0_412 >&2");
    run("--demo");
    assertTrue(calls().endsWith("with " + newer + "\n"), calls());
  }

  @Test
  void onDebianOnlyRootIsServed() throws Exception {
    tool("apt-get", "echo \"apt-get $*\" >>\"$LOG\"");
    assertRefused(
        69,
        "only root can install them. Run: sudo sh -c 'apt-get update && apt-get install -y maven"
            + " sqlite3 openssl'",
        "--demo");
    assertEquals("", calls());
  }

  @Test
  void onDebianRootGetsWhatIsMissing() throws Exception {
    tool("id", "echo 0");
    tool("apt-get", "echo \"apt-get $*\" >>\"$LOG\"; [ $1 = update ] || sh \"${LOG%log}bring\"");
    Path bring = temp.toRealPath().resolve("bring");
    Script.write(
        bring,
        """
        for t in mvn sqlite3 openssl shellcheck checkbashisms dash posh busybox; do
          printf '#!/bin/sh\\necho Apache Maven 3.8.7\\n' >"${LOG%log}bin/$t"
          chmod 755 "${LOG%log}bin/$t"
        done
        """);
    Ended ended = run("--test");
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals(
        """
        apt-get update -q
        apt-get install -y -q --no-install-recommends maven sqlite3 openssl shellcheck devscripts \
        dash posh busybox
        """,
        calls());
    assertTrue(ended.err().contains("running: apt-get update"), ended::err);
  }

  @Test
  void whatIsStillMissingIsNamed() throws Exception {
    tool("id", "echo 0");
    emptyTool("apt-get");
    emptyTool("openssl");
    assertRefused(69, "still missing, or too old: maven\nsqlite3", "--demo");
    tool("apt-get", "exit 100");
    assertRefused(69, "apt-get failed", "--demo");
  }

  @Test
  void onAMacHomebrewIsAsked() throws Exception {
    tool("uname", "echo Darwin");
    assertRefused(69, "Homebrew is not here. Get it from https://brew.sh", "--test");
    tool("brew", "[ $1 = --prefix ] || echo \"brew $*\" >>\"$LOG\"");
    assertRefused(69, "still missing", "--test");
    assertEquals("brew install maven sqlite openssl shellcheck checkbashisms dash\n", calls());
  }

  @Test
  void onAMacNothingIsDoneAsRoot() throws Exception {
    giveEverything();
    tool("uname", "echo Darwin");
    tool("id", "echo 0");
    tool("sudo", "echo \"sudo $1 $2 $3\" >>\"$LOG\"; shift 4; exec \"$@\"");
    assertRefused(69, "run it without sudo", "--demo");
    assertEquals("", calls());

    environment.put("SUDO_USER", "ada");
    Ended ended = run("--demo", "--fast");
    assertEquals("<demo><--fast>", ended.out());
    assertEquals(
        List.of("sudo -H -u ada", "sudo -H -u ada", "mvn", "sudo -H -u ada"),
        calls().lines().map(line -> line.startsWith("mvn") ? "mvn" : line).toList());
  }

  @Test
  void itNeedsNoHomeAndNoFolderToBeIn() throws Exception {
    giveEverything();
    environment.put("HOME", "");
    Ended ended =
        Script.run(Path.of("/"), environment, shell, clone.resolve("install.sh"), "--demo");
    assertEquals("<demo>", ended.out(), ended::toString);
    assertFalse(Files.exists(Path.of("/agent")));
  }

  private void giveEverything() throws IOException {
    tool("mvn", MAVEN.formatted("3.8.7"));
    emptyTool("sqlite3");
    emptyTool("openssl");
  }

  private void emptyTool(String name) {
    try {
      tool(name, "");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void tool(String name, String body) throws IOException {
    Script.write(bin.resolve(name), body);
  }

  private String calls() throws IOException {
    return Files.readString(log);
  }

  private void setTime(Instant time) throws IOException {
    try (Stream<Path> files = Files.walk(clone)) {
      for (Path file : files.filter(f -> !f.startsWith(clone.resolve("agent/target"))).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(time));
      }
    }
  }

  private Ended run(String... arguments) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(clone.resolve("install.sh")), Stream.of(arguments)).toArray();
    return Script.run(temp, environment, shell, all);
  }

  private void assertRefused(int exit, String why, String... arguments) throws Exception {
    Ended ended = run(arguments);
    assertEquals(exit, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().startsWith("install.sh: "), ended::err);
    assertTrue(ended.err().contains(why), ended::err);
  }
}
