package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Health.DefenderIds;
import org.kextwatch.agent.status.Reachability;

/**
 * Microsoft's identifiers of the Mac: parsed in every form, reported only if the settings say so.
 */
class DefenderIdsTest {
  private static final String JSON =
      """
      {"healthy":true,"orgId":"orgid-7f","machineGuid":"guid-7f","edrMachineId":"edr-7f",\
      "edrDeviceTags":{"displayValue":true,"isManaged":true,\
      "value":[{"key":"GROUP","value":"tag-7f"}]}}
      """;
  private static final String TEXT =
      """
      healthy                                     : true
      org_id                                      : "orgid-7f"
      machine_guid                                : "guid-7f"
      edr_machine_id                              : "edr-7f"
      edr_device_tags                             : [{"key":"GROUP","value":"tag-7f"}] [managed]
      """;
  private static final String OLD_TEXT =
      """
      healthy                 : true
      orgId                   : orgid-7f
      machineGuid             : "guid-7f"
      edrMachineId            : "edr-7f"
      edrDeviceTags           : [{"key":"GROUP","value":"tag-7f"}]
      """;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {JSON, TEXT, OLD_TEXT})
  void everyFormHasThemAndTheyAreNoHealth(String printed) {
    Health health = read(printed);
    assertEquals(
        new DefenderIds("orgid-7f", "guid-7f", "edr-7f", Map.of("GROUP", "tag-7f")),
        health.defenderIds());
    assertEquals(List.of(), health.managedSettings());
    assertEquals(List.of(), health.unavailableFields());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unavailable", "\"\"", "", "null"})
  void aMacThatIsNotOnboardedHasNone(String value) {
    Health health = read("healthy : true\norg_id : " + value + "\nedr_device_tags : []\n");
    assertEquals(new DefenderIds(null, null, null, Map.of()), health.defenderIds());
    assertEquals(List.of(), health.unavailableFields());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[\"a\"]",
        "[{\"key\":1}]",
        "[{\"value\":\"a\"}]",
        "{\"value\":\"a\"}",
        "7",
        "[[[]]]"
      })
  void tagsOfAnotherFormAreIgnored(String tags) {
    assertEquals(
        Map.of(),
        read("{\"healthy\":true,\"edrDeviceTags\":" + tags + "}").defenderIds().edrDeviceTags());
  }

  @Test
  void idsAloneAreNoHealth() {
    assertEquals(Reachability.UNPARSABLE, read("org_id : \"x\"\n").reachability());
    assertEquals(Reachability.UNPARSABLE, read("{\"orgId\":\"x\"}").reachability());
  }

  @Test
  void theRecordedListingHasThem() {
    DefenderIds ids = read(Recording.text(Recording.numbered("033"))).defenderIds();
    assertEquals(
        new DefenderIds("***anonymized***", "***anonymized***", "***anonymized***", Map.of()), ids);
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, TEXT, OLD_TEXT})
  void byDefaultNoneIsReported(String printed) throws Exception {
    Health health = look(printed, "{}");
    assertEquals(true, health.healthy());
    assertNull(health.defenderIds());
    assertFalse(new String(Json.write(health), StandardCharsets.UTF_8).contains("7f"));
  }

  @ParameterizedTest
  @ValueSource(strings = {JSON, TEXT, OLD_TEXT})
  void ifTheSettingsSaySoAllAreReported(String printed) throws Exception {
    Health health = look(printed, "{\"includeDefenderIds\":true}");
    String json = new String(Json.write(health), StandardCharsets.UTF_8);
    assertTrue(
        json.contains(
            "\"defenderIds\":{\"orgId\":\"orgid-7f\",\"machineGuid\":\"guid-7f\","
                + "\"edrMachineId\":\"edr-7f\",\"edrDeviceTags\":{\"GROUP\":\"tag-7f\"}}"),
        json);
  }

  @Test
  void aDefenderThatDoesNotAnswerHasNone() throws Exception {
    assertNull(look("nothing", "{\"includeDefenderIds\":true}").defenderIds());
  }

  private Health look(String printed, String settings) throws Exception {
    DefenderMac mac = new DefenderMac(folder);
    mac.install("cat <<'END'", printed + "END");
    Path file = mac.path("/Library/Application Support/Kextwatch/config.json");
    Files.createDirectories(file.getParent());
    StubMac.allow(file.getParent(), "rwxr-xr-x");
    Files.writeString(file, settings);
    StubMac.allow(file, "rw-r-----");
    SystemRoot root = SystemRoot.at(folder);
    return new HealthCheck(root, new ToolRunner(root))
        .check(new SettingsReader(root).read().settings());
  }

  private static Health read(String printed) {
    return HealthParser.of(new ToolRun.Finished(0, printed, ""));
  }
}
