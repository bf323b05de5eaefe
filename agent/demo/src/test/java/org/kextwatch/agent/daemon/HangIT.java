package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.install.ConcurrentTest;
import org.kextwatch.program.OnAMac;

/** The real daemon when its disk hangs, when it is stopped, and when another one runs. */
class HangIT extends OnAMac {
  private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");
  private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(5);

  @ConcurrentTest
  void whileItsDiskHangsNoHeartbeatIsSentAndTheWatchdogEndsIt() throws Exception {
    rig.settings(Map.of("toolTimeoutSeconds", 5, "loadTimeoutSeconds", 5));
    try (AgentProcess agent = start()) {
      rig.inbound.await("status.heartbeat", "");
      Instant hangs = Files.getLastModifiedTime(Files.createFile(sign())).toInstant();

      Patience.until(() -> !agent.isAlive());
      assertEquals(70, agent.terminate(Duration.ZERO));

      Duration stood = Duration.between(hangs, Instant.now());
      Duration least = SeamedDaemon.PATIENCE.plus(TOOL_TIMEOUT).minusSeconds(1);
      assertTrue(stood.compareTo(least) > 0, "ended after " + stood);
      Instant silent = hangs.plusSeconds(3 + 5); // three intervals, and 5 s for a slow machine
      List<Instant> beats =
          rig.inbound.ofType("status.heartbeat").stream().map(event -> time(event.body())).toList();
      assertTrue(beats.stream().allMatch(silent::isAfter), hangs + " " + beats);
    }
    String log = Files.readString(rig.mac.path("/Library/Logs/Kextwatch/agent.log"));
    assertTrue(log.contains("Nothing has ended for"), log);
    assertTrue(log.contains("SeamedDaemon$HangingDisk.create"), log);
  }

  @ConcurrentTest
  void anInternalErrorIsLoggedWithItsStackTraceAndTheDaemonGoesOn() throws Exception {
    Path log = rig.mac.path("/Library/Logs/Kextwatch/agent.log");
    try (AgentProcess agent = start()) {
      rig.inbound.await("status.heartbeat", "");
      Files.writeString(sign(), "defect");
      Patience.until(() -> Files.readString(log).contains("IllegalStateException: a defect"));
      Files.delete(sign());
      Patience.until(() -> Files.readString(log).contains("works again"));
      rig.stop(agent);
    }
    String logged = Files.readString(log);
    assertTrue(logged.contains("at org.kextwatch.agent.daemon.Cycle.run("), logged);
    assertTrue(logged.contains("SeamedDaemon$HangingDisk.create"), logged);
  }

  @ConcurrentTest
  void aDaemonThatWasStoppedDoesNotHang() throws Exception {
    rig.settings(Map.of("toolTimeoutSeconds", 1, "loadTimeoutSeconds", 1));
    try (AgentProcess agent = start()) {
      rig.inbound.await("status.heartbeat", "");
      signal(agent, "STOP");
      Thread.sleep(SeamedDaemon.PATIENCE.plusSeconds(3).toMillis());
      int before = rig.mac.calls("mdatp").size();
      signal(agent, "CONT");
      Patience.until(() -> rig.mac.calls("mdatp").size() > before + 2);
      rig.stop(agent);
    }
  }

  @ConcurrentTest
  void underLaunchdItWaitsForAnotherAndStartsWhenThatEnds() throws Exception {
    Files.createDirectories(lock().getParent());
    try (InstanceLock other = InstanceLock.takeForDaemon(lock()).orElseThrow();
        AgentProcess agent = start()) {
      Patience.until(() -> rig.printed().contains("another agent runs here; waiting"));
      assertTrue(agent.isAlive());
      rig.stop(agent); // a stray SIGTERM
    }
    InstanceLock other = InstanceLock.takeForDaemon(lock()).orElseThrow();
    try (AgentProcess agent = start()) {
      Patience.until(() -> rig.printed().lines().count() == 2);
      other.close();
      rig.inbound.await("agent.started", "");
      rig.stop(agent);
    }
    assertTrue(rig.printed().contains("the other agent has ended"), rig.printed());
  }

  private AgentProcess start() throws Exception {
    List<String> program =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            SeamedDaemon.class.getName(),
            rig.mac.root().toString(),
            sign().toString());
    return AgentProcess.start(program, rig.mac.root(), folder.resolve("agent.out"));
  }

  private Path sign() {
    return folder.resolve("hang");
  }

  private Path lock() {
    return rig.mac.path("/private/var/db/kextwatch/lock");
  }

  private static void signal(AgentProcess agent, String name) throws Exception {
    new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " " + agent.pid()).start().waitFor();
  }

  private static Instant time(String body) {
    Matcher found = TIME.matcher(body);
    assertTrue(found.find(), body);
    return Instant.parse(found.group(1));
  }
}
