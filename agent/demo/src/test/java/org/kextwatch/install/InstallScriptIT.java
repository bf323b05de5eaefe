package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What install.sh does once everything is here, in every shell. */
class InstallScriptIT extends BareMachine {
  @Test
  void helpGoesToStdout() throws Exception {
    for (String option : List.of("--help", "-h")) {
      Ended ended = run(option);
      assertEquals(0, ended.exit());
      assertTrue(ended.out().startsWith("usage: sudo ./install.sh [OPTION...]"), ended::out);
      assertEquals("", ended.err());
    }
  }

  @Test
  void wrongUsageIsToldOnStderr() throws Exception {
    assertRefused(64, "--endpoint needs a value", "--endpoint");
    assertEquals(
        "install.sh: unknown option: -x. See ./install.sh --help\n",
        run("-x").err(),
        "a screenful of usage would hide what is wrong");
    assertRefused(64, "--java needs a value", "--java", "");
    assertRefused(64, "give --endpoint or --config, not both", "--endpoint", "x", "--config", "y");
    assertRefused(64, "--purge needs --uninstall", "--purge");
    assertRefused(64, "give one of --destdir and --root, once", "--root", "/", "--destdir", "/");
    assertRefused(64, "there is no folder /nowhere", "--root", "/nowhere");
    assertRefused(64, "unknown option: --dome", "--dome");
    assertRefused(64, "unknown option: ", "");
    assertRefused(64, "unexpected argument: x", "--test", "x");
    assertRefused(64, "unexpected argument: --demo", "--version", "--demo");
  }

  @Test
  void onlyAMacIsInstalledOnAndOnlyByRoot() throws Exception {
    assertRefused(69, "this is not a Mac. Try it with --demo");
    assertRefused(69, "this is not a Mac", "--uninstall");
    tool("uname", "echo Darwin");
    assertRefused(77, "only root can do that: run it with sudo");
    assertRefused(77, "only root can do that: run it with sudo", "--uninstall", "--purge");
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
    for (String changed :
        List.of("pom.xml", "agent/pom.xml", "agent/src/main/java", "agent/demo/src/main/java")) {
      forgetCalls();
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
  void itNeedsNoHomeAndNoFolderToBeIn() throws Exception {
    giveEverything();
    environment.put("HOME", "");
    Ended ended =
        Script.run(Path.of("/"), environment, shell, clone.resolve("install.sh"), "--demo");
    assertEquals("<demo>", ended.out(), ended::toString);
    assertFalse(Files.exists(Path.of("/agent")));
  }
}
