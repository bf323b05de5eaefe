package org.kextwatch.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.simulator.SimulatedExtensions.ENDPOINT_SECURITY;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's switches in System Settings do to a simulated Mac of today. */
class SwitchTest {
  private static final Pattern STATE =
      Pattern.compile("<key>state</key>\\s*<string>(\\w+)</string>");

  @TempDir Path temp;
  private SimulatedMac mac;
  private MacTools tools;

  @BeforeEach
  void makeMac() throws Exception {
    mac = SimulatedMac.create(temp.resolve("a Mac"), MacModel.SEQUOIA);
    tools = new MacTools(mac);
  }

  @Test
  void anExtensionThatIsSwitchedOffRunsUntilARestart() throws Exception {
    mac.systemExtensions().switchOff(ENDPOINT_SECURITY);
    assertEquals(List.of("activated_enabled", "terminating_for_disable"), states());
    assertTrue(tools.mdatpHealth().contains("\"healthIssues\":[],\"healthy\":true"));

    mac.restart();
    assertEquals(List.of("activated_enabled", "activated_disabled"), states());
    assertTrue(
        tools
            .mdatpHealth()
            .contains("\"healthIssues\":[\"no active event provider\"],\"healthy\":false"));
  }

  @Test
  void itIsSwitchedOnAgainBeforeOrAfterThat() throws Exception {
    mac.systemExtensions().switchOff(ENDPOINT_SECURITY);
    mac.systemExtensions().switchOn(ENDPOINT_SECURITY);
    assertEquals(List.of("activated_enabled", "activated_enabled"), states());

    mac.systemExtensions().switchOff(ENDPOINT_SECURITY);
    mac.restart();
    mac.systemExtensions().switchOn(ENDPOINT_SECURITY);
    assertEquals(List.of("activated_enabled", "activated_enabled"), states());
  }

  @Test
  void withoutFullDiskAccessDefenderSaysSo() throws Exception {
    mac.fullDiskAccess(false);
    String health = tools.mdatpHealth();
    assertTrue(health.contains("[\"full disk access has not been granted\"],\"healthy\":false"));
    assertTrue(health.contains("\"fullDiskAccessEnabled\":false"));
    mac.fullDiskAccess(true);
    assertTrue(tools.mdatpHealth().contains("\"fullDiskAccessEnabled\":true"));
  }

  private List<String> states() throws Exception {
    String database = Files.readString(mac.path("/Library/SystemExtensions/db.plist"));
    return STATE.matcher(database).results().map(match -> match.group(1)).toList();
  }
}
