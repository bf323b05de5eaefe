package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.simulator.SimulatedExtensions.ENABLED;
import static org.kextwatch.simulator.SimulatedExtensions.LEAVING;
import static org.kextwatch.simulator.SimulatedExtensions.WAITING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.install.ConcurrentTest;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.ToolCall;

/** One Mac for each macOS, watched by the real daemon. */
class MacsIT {
  @TempDir private Path folder;

  private Rig rig;

  private void be(MacModel model) throws IOException {
    rig = Rig.in(folder, model);
  }

  @AfterEach
  void theStreamIsWholeAndNothingWasPrinted() throws IOException {
    rig.close();
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals("", rig.printed());
    String log = Files.readString(rig.mac.path("/Library/Logs/Kextwatch/agent.log"));
    assertFalse(log.contains("ERROR"), log);
  }

  @ConcurrentTest
  void highSierraIsAllowedAndItsOldDefenderUnderstood() throws Exception {
    be(MacModel.HIGH_SIERRA);
    try (AgentProcess agent = rig.start()) {
      assertSays(
          changed("\"outcome\":\"policy_blocked\""),
          "\"osVersion\":\"10.13.6\"",
          "\"appVersion\":\"100.86.91\"",
          "\"kind\":\"kernel\",\"state\":\"awaiting_approval\"");

      assertTrue(rig.mac.clickAllow());

      rig.inbound.await("extension.load_attempted", "\"outcome\":\"loaded\"");
      assertSays(resolved(), "\"kind\":\"kernel\",\"state\":\"active\"");
      rig.stop(agent);
    }
    List<String> asked = rig.mac.calls("mdatp").stream().map(ToolCall::arguments).toList();
    assertEquals(List.of("health --output json", "health"), asked.subList(0, 2));
    assertEquals(
        List.of("--health"), asked.stream().skip(2).distinct().toList(), "it is remembered");
  }

  @ConcurrentTest
  void onMojaveTheProfileThatCameAfterTheBlockLoadsTheKext() throws Exception {
    be(MacModel.MOJAVE);
    try (AgentProcess agent = rig.start()) {
      changed("\"outcome\":\"policy_blocked\"");

      rig.mac.write(
          "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist",
          """
          <?xml version="1.0" encoding="UTF-8"?>
          <plist version="1.0">
          <dict>
            <key>AllowUserOverrides</key>
            <false/>
            <key>AllowedTeamIdentifiers</key>
            <array>
              <string>UBF8T346G9</string>
            </array>
          </dict>
          </plist>
          """);
      rig.mac.approveTeamByProfile();

      changed("\"grant\":\"mdm\"");
      rig.inbound.await("extension.load_attempted", "\"outcome\":\"loaded\"");
      assertSays(resolved(), "\"userMayApprove\":false");
      rig.stop(agent);
    }
    assertEquals(2, rig.mac.calls("kextutil").size());
    assertTrue(rig.mac.isLoaded());
  }

  @ConcurrentTest
  void catalinasDefenderLeavesTheKernelWhileItIsWatched() throws Exception {
    be(MacModel.CATALINA);
    rig.mac.approveByProfile();
    rig.mac.restart();
    try (AgentProcess agent = rig.start()) {
      assertSays(
          rig.inbound.await("status.heartbeat", "\"protected\""),
          "\"kind\":\"kernel\",\"state\":\"active\"");

      rig.mac.updateToSystemExtensions("101.70.19");
      changed("\"kind\":\"system\",\"state\":\"awaiting_approval\"");
      changed("\"appVersion\":\"101.70.19\""); // perhaps later: a look may fall into the update

      assertTrue(rig.mac.systemExtensions().userAllows());
      assertSays(resolved(), "\"kind\":\"system\",\"state\":\"active\"");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.mac.calls("kextutil"), "the kext was there, then there was none");
  }

  @ConcurrentTest
  void onBigSurTheUserIsAwaitedAndALeftoverKextIsLeftAlone() throws Exception {
    be(MacModel.BIG_SUR);
    rig.mac.leaveKext();
    try (AgentProcess agent = rig.start()) {
      assertSays(
          changed("\"transition\":\"new\""),
          "\"reason\":\"awaiting_approval\"",
          "\"kind\":\"system\",\"state\":\"awaiting_approval\"",
          "\"state\":\"activated_waiting_for_user\"");

      assertTrue(rig.mac.systemExtensions().userAllows());

      assertSays(
          resolved(),
          "\"kind\":\"system\",\"state\":\"active\"",
          "\"state\":\"activated_enabled\"");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.mac.calls("kextutil"));
  }

  @ConcurrentTest
  void onVenturaTheNewVersionWaitsWhileTheOldOneLeaves() throws Exception {
    be(MacModel.VENTURA);
    String old = MacModel.VENTURA.defender();
    rig.mac.systemExtensions().putBoth(old, LEAVING);
    rig.mac.systemExtensions().putBoth("101.98.71", WAITING);
    try (AgentProcess agent = rig.start()) {
      assertSays(
          changed("\"transition\":\"new\""),
          "\"kind\":\"system\",\"state\":\"awaiting_approval\"",
          "\"version\":\"101.98.30\",\"state\":\"terminated_waiting_to_uninstall_on_reboot\"",
          "\"version\":\"101.98.71\",\"state\":\"activated_waiting_for_user\"");

      assertTrue(rig.mac.systemExtensions().userAllows());
      assertSays(
          resolved(),
          "\"kind\":\"system\",\"state\":\"active\"",
          "\"state\":\"terminated_waiting_to_uninstall_on_reboot\"");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.mac.calls("kextutil"));
  }

  @ConcurrentTest
  void onSequoiaASwitchedOffExtensionIsARiskUntilItIsOn() throws Exception {
    be(MacModel.SEQUOIA);
    rig.mac.systemExtensions().hideDatabase();
    rig.mac.systemExtensions().putBoth(MacModel.SEQUOIA.defender(), "activated_disabled");
    try (AgentProcess agent = rig.start()) {
      assertSays(
          changed("\"transition\":\"new\""),
          "\"reason\":\"extension_disabled\"",
          "\"kind\":\"system\",\"state\":\"disabled\"");

      rig.mac.systemExtensions().putBoth(MacModel.SEQUOIA.defender(), ENABLED);
      assertSays(resolved(), "\"kind\":\"system\",\"state\":\"active\"");
      rig.stop(agent);
    }
    assertFalse(rig.mac.calls("systemextensionsctl").isEmpty());
  }

  /** With the intervals as they are shipped. Defender is asked again before the end is told. */
  @ConcurrentTest
  void onTahoeASwitchInSystemSettingsIsReportedAtOnce() throws Exception {
    be(MacModel.TAHOE);
    rig.settings(
        Map.of(
            "healthIntervalSeconds",
            300,
            "atRiskIntervalSeconds",
            300,
            "heartbeatIntervalSeconds",
            900,
            "confirmSeconds",
            60,
            "settleSeconds",
            600));
    try (AgentProcess agent = rig.start()) {
      Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
      Patience.until(() -> Files.exists(status), exists -> exists);
      int asked = rig.mac.calls("mdatp").size();

      rig.mac.systemExtensions().putBoth(MacModel.TAHOE.defender(), "terminating_for_disable");

      assertSays(
          changed("\"transition\":\"new\""),
          "\"reason\":\"extension_disabled\"",
          "\"kind\":\"system\",\"state\":\"disabled\"");
      assertEquals(asked, rig.mac.calls("mdatp").size());
      rig.mac.systemExtensions().putBoth(MacModel.TAHOE.defender(), ENABLED);
      resolved();
      assertEquals(asked + 1, rig.mac.calls("mdatp").size());
      rig.stop(agent);
    }
  }

  @ConcurrentTest
  void onTahoeAHealthyMacSendsNoChange() throws Exception {
    be(MacModel.TAHOE);
    try (AgentProcess agent = rig.start()) {
      assertSays(
          rig.inbound.await("status.heartbeat", "\"verdict\":\"protected\""),
          "\"osVersion\":\"26.1\"",
          "\"kind\":\"system\",\"state\":\"active\"");
      int looks = rig.mac.calls("mdatp").size() + 2;
      Patience.until(() -> rig.mac.calls("mdatp").size(), calls -> calls >= looks);
      rig.stop(agent);
    }
    assertEquals(
        List.of("org.kextwatch.agent.started", "org.kextwatch.agent.stopping"),
        rig.inbound.stream().stream().map(Delivery::type).toList());
  }

  private Delivery changed(String text) throws InterruptedException {
    return rig.inbound.await("status.changed", text);
  }

  private Delivery resolved() throws InterruptedException {
    Delivery event = changed("\"transition\":\"resolved\"");
    assertSays(event, "\"verdict\":\"protected\"");
    return event;
  }

  private static void assertSays(Delivery event, String... texts) {
    for (String text : texts) {
      assertTrue(event.body().contains(text), () -> text + " in " + event.body());
    }
  }
}
