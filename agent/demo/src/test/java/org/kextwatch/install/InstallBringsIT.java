package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** How install.sh brings what is missing, in every shell. */
class InstallBringsIT extends BareMachine {
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
  void theJdkOfDebianIsTakenWhereNoOtherIsNamed() throws Exception {
    giveEverything();
    environment.remove("JAVA_HOME");
    assertRefused(69, "install these by hand: jdk", "--demo");
    Path debians = clone.resolveSibling("default-java");
    Script.write(debians.resolve("bin/javac"), "echo javac 17.0.15");
    run("--demo");
    assertTrue(calls().endsWith("with " + debians + "\n"), calls());
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
        for t in mvn sqlite3 openssl shellcheck checkbashisms dash zsh posh busybox faketime \
            strace ps; do
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
        dash zsh posh busybox faketime strace procps
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
    for (String root : List.of("", "root")) {
      environment.put("SUDO_USER", root);
      assertRefused(69, "run it without sudo", "--demo");
      assertRefused(69, "Maven should not run as root", "--no-start");
    }
    assertEquals("", calls());

    environment.put("SUDO_USER", "ada");
    Ended ended = run("--demo", "--fast");
    assertEquals("<demo><--fast>", ended.out());
    assertEquals(
        List.of("sudo -H -u ada", "sudo -H -u ada", "mvn", "sudo -H -u ada"),
        calls().lines().map(line -> line.startsWith("mvn") ? "mvn" : line).toList());
  }
}
