package org.kextwatch.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.simulator.MacTools.Run;

class SimulatedMacFaultTest extends OnASimulatedMac {
  @Test
  void aFaultStrikesOnceAndItsToolDoesNothingElse() throws Exception {
    mac.approveByProfile();
    mac.fault("kextutil", 71, "out 'quoted' $HOME\n", "no end of line", 0);
    assertEquals(new Run(71, "out 'quoted' $HOME\n", "no end of line"), tools.kextutil());
    assertFalse(mac.isLoaded());
    assertEquals(new Run(0, "", ""), tools.kextutil());
    assertEquals(2, mac.calls("kextutil").size());
  }

  @Test
  void aFaultOfOneToolLeavesTheOthersAlone() throws Exception {
    mac.fault("mdatp", 3, "", "Failed to connect\n", 0);
    assertEquals(27, tools.kextutil().exit());
    assertEquals(
        new Run(3, "", "Failed to connect\n"), tools.run("/usr/local/bin/mdatp", "health"));
  }

  @Test
  void aFaultCanTakeItsTime() throws Exception {
    mac.fault("sqlite3", 5, "", "Error: database is locked\n", 0.3);
    Instant before = Instant.now();
    assertEquals(5, tools.run("/usr/bin/sqlite3", "x").exit());
    assertTrue(Duration.between(before, Instant.now()).toMillis() >= 300);
  }

  @Test
  void aToolThatHangsDiesAtTheAgentsHand() throws Exception {
    mac.fault("mdatp", 0, "", "", 60);
    ToolRunner runner = new ToolRunner(SystemRoot.at(mac.root()));
    ToolRun run = runner.run(Tool.MDATP, Duration.ofSeconds(2), List.of("health"));
    assertEquals(new ToolRun.TimedOut("", ""), run);
    ToolRun next = runner.run(Tool.MDATP, Duration.ofSeconds(20), List.of("health"));
    assertEquals(0, ((ToolRun.Finished) next).exitCode(), "struck once, though it was killed");
  }

  @Test
  void onlyToolsOfTheMacCanFail() {
    assertThrows(IllegalArgumentException.class, () -> mac.fault("kmutil", 1, "", "", 0));
  }

  @Test
  void everyCallIsNotedWithItsTimeAndArguments() throws Exception {
    assertEquals(List.of(), mac.calls());
    Instant before = Instant.now().minusSeconds(1);
    tools.run("/usr/sbin/kextstat", "-l", "-b", "some.bundle");
    tools.run("/usr/local/bin/mdatp");
    tools.sql("SELECT 1,\n2");
    tools.run("/usr/bin/codesign");
    List<ToolCall> calls = mac.calls();
    assertEquals(
        List.of("kextstat", "mdatp", "sqlite3", "codesign"),
        calls.stream().map(ToolCall::tool).toList());
    assertEquals("-l -b some.bundle", calls.get(0).arguments());
    assertEquals("", calls.get(1).arguments());
    assertTrue(calls.get(2).arguments().endsWith("KextPolicy SELECT 1, 2"), calls::toString);
    assertEquals("", calls.get(3).arguments());
    assertTrue(calls.get(0).at().isAfter(before) && calls.get(3).at().isAfter(calls.get(0).at()));
  }

  @Test
  void toolsThatRunTogetherLoseNoCall() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Run>> runs = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        runs.add(threads.submit(tools::kextutil));
      }
      for (Future<Run> run : runs) {
        assertEquals(27, run.get().exit());
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(20, mac.calls("kextutil").size());
    assertTrue(mac.allowButtonVisible());
  }

  @Test
  void whatTheWorldDoesIsNoCall() throws Exception {
    mac.approveByProfile();
    mac.revoke();
    mac.restart();
    assertEquals(List.of(), mac.calls());
  }
}
