package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.daemon.Version;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.install.ConcurrentTest;
import org.kextwatch.simulator.ToolCall;

/** The real daemon, as its own process, on a simulated Mac. */
class DaemonIT extends OnAMac {
  @ConcurrentTest
  void anApprovalIsActedOnAtOnceAndOnlyTheStatusIsReadableForAll() throws Exception {
    rig.settings(Map.of("atRiskIntervalSeconds", 600, "healthIntervalSeconds", 600));
    try (AgentProcess agent = rig.start()) {
      awaitBlocked();

      assertTrue(rig.mac.clickAllow());

      rig.inbound.await("extension.load_attempted", "\"outcome\":\"loaded\"");
      rig.inbound.await("status.changed", "\"transition\":\"resolved\"");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals("", rig.printed());
    String line = "-p daemon.notice -t kextwatch Kextwatch " + Version.current();
    assertEquals(
        List.of(
            line + " starts: verdict at_risk, reason awaiting_approval",
            line + ": verdict at_risk, reason awaiting_approval",
            line + ": verdict protected, reason none",
            line + " ends"),
        rig.mac.calls("logger").stream().map(ToolCall::arguments).toList());
    assertEquals("rwx------", mode("/private/var/db/kextwatch"));
    assertEquals("rwx------", mode("/private/var/db/kextwatch/spool/new"));
    assertEquals("rw-------", mode("/private/var/db/kextwatch/state.json"));
    assertEquals("rw-r--r--", mode("/Library/Application Support/Kextwatch/status.json"));
    String log = Files.readString(rig.mac.path("/Library/Logs/Kextwatch/agent.log"));
    assertTrue(log.contains("starts"), log);
    assertFalse(log.contains("whsec_"), log);
  }

  @ConcurrentTest
  void withoutAUserThereIsNoPromptAndAKextThatMacOsLoadedIsNotLoadedAgain() throws Exception {
    rig.mac.logOut();
    rig.mac.allowLoadsItself(true);
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("status.heartbeat", "never_requested");
      assertEquals(List.of(), rig.mac.calls("kextutil"));
      rig.mac.logIn();
      awaitBlocked();
      assertTrue(rig.mac.clickAllow());
      rig.inbound.await("status.changed", "\"transition\":\"resolved\"");
      rig.stop(agent);
    }
    assertEquals(1, rig.mac.calls("kextutil").size());
    assertEquals(1, rig.inbound.ofType("extension.load_attempted").size());
  }

  @ConcurrentTest
  void withRefusedSettingsAndWithoutALogItRunsAndTheStatusSaysWhy() throws Exception {
    Files.writeString(rig.mac.path("/Library/Application Support/Kextwatch/config.json"), "{");
    Files.createSymbolicLink(rig.mac.place("/Library/Logs/Kextwatch"), folder);
    String status = statusOfARun();
    assertTrue(status.contains("it is not valid JSON"), status);
    assertTrue(status.contains("There is no log"), status);
    assertFalse(Files.exists(folder.resolve("agent.log")));
    assertEquals("", rig.printed());
  }

  @ConcurrentTest
  void sigtermEndsItInTimeAlthoughDefenderHangs() throws Exception {
    try (AgentProcess agent = rig.start()) {
      awaitBlocked();
      int asked = rig.mac.calls("mdatp").size();
      rig.mac.fault("mdatp", 0, "", "", 60);
      Patience.until(() -> rig.mac.calls("mdatp").size(), calls -> calls > asked);
      rig.stop(agent);
    }
    rig.inbound.await("agent.stopping", "\"cause\":\"signal\"");
    assertEquals(List.of(), rig.inbound.flaws());
    assertFalse(
        rig.inbound.stream().stream().anyMatch(event -> event.body().contains("\"timeout\"")),
        "an interrupted look is not reported");
  }

  @ConcurrentTest
  void aSecondOneByHandEndsAtOnceAndACheckBesideItOnlyLooks() throws Exception {
    try (AgentProcess agent = rig.start()) {
      awaitBlocked();

      Ended second = rig.kextwatch("run");
      assertEquals(69, second.exit());
      assertTrue(second.err().contains("another agent runs here"), second::err);

      int events = rig.inbound.stream().size();
      Ended check = rig.kextwatch("check", "--json");
      assertEquals(1, check.exit());
      assertTrue(check.err().contains("the daemon is running"), check::err);
      assertTrue(check.out().contains("\"state\":\"awaiting_approval\""), check::out);
      assertEquals(events, rig.inbound.stream().size());
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.inbound.flaws());
  }

  @ConcurrentTest
  void aDaemonThatStartsDuringACheckWaitsForIt() throws Exception {
    rig.mac.fault("mdatp", 0, "healthy : true", "", 3);
    Thread check = new Thread(() -> assertDoesNotThrow(() -> rig.kextwatch("check")));
    check.start();
    Patience.until(() -> !rig.mac.calls("mdatp").isEmpty());
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("agent.started", "status");
      rig.stop(agent);
    }
    check.join();
    assertEquals(List.of(), rig.inbound.flaws());
  }

  @ConcurrentTest
  void withoutSettingsItRunsAndKeepsItsEvents() throws Exception {
    Files.delete(rig.mac.path("/Library/Application Support/Kextwatch/config.json"));
    try (AgentProcess agent = rig.start()) {
      Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
      Patience.until(() -> Files.exists(status));
      rig.stop(agent);
    }
    try (Stream<Path> kept = Files.list(rig.mac.path("/private/var/db/kextwatch/spool/new"))) {
      assertTrue(kept.count() >= 3);
    }

    rig.settings(Map.of("labels", Map.of("run", "the second")));
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("agent.stopping", "signal"); // of the first run
      rig.inbound.await("agent.started", "the second");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals(2, rig.inbound.ofType("agent.started").size());
  }

  @ConcurrentTest
  void withoutAPlaceForItsStateItRunsAndSaysSoOnce() throws Exception {
    Files.createSymbolicLink(rig.mac.path("/private/var/db/kextwatch"), folder);
    try (AgentProcess agent = rig.start()) {
      Patience.until(() -> !rig.printed().isEmpty());
      Thread.sleep(200);
      assertTrue(agent.isAlive());
      rig.stop(agent);
    }
    assertEquals(1, rig.printed().lines().count(), rig.printed());
    assertTrue(rig.printed().contains("the state cannot be kept"), rig.printed());
  }

  @ConcurrentTest
  void itsModesDoNotDependOnTheUmask() throws Exception {
    List<String> narrow =
        List.of("/bin/sh", "-c", "umask 077; exec \"$0\" \"$@\"", Rig.PROGRAM.toString());
    try (AgentProcess agent =
        AgentProcess.start(narrow, rig.mac.root(), folder.resolve("agent.out"))) {
      awaitBlocked();
      rig.stop(agent);
    }
    assertEquals("rw-r--r--", mode("/Library/Application Support/Kextwatch/status.json"));
    assertEquals("rwxr-x---", mode("/Library/Logs/Kextwatch"));
    assertEquals("rw-------", mode("/Library/Logs/Kextwatch/agent.log"));
  }

  private String statusOfARun() throws Exception {
    Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
    try (AgentProcess agent = rig.start()) {
      Patience.until(() -> Files.exists(status));
      rig.stop(agent);
    }
    return Files.readString(status);
  }

  private void awaitBlocked() throws InterruptedException {
    rig.inbound.await("status.changed", "\"outcome\":\"policy_blocked\"");
  }

  private String mode(String macPath) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.mac.path(macPath)));
  }
}
