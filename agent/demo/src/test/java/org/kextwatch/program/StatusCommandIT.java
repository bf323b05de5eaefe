package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The last known status, for people and for scripts. */
class StatusCommandIT {
  private static final String STATUS = "/Library/Application Support/Kextwatch/status.json";

  @TempDir private static Path folder;

  private static Rig rig;
  private static String checked;

  @BeforeAll
  static void checkOnce() throws Exception {
    rig = Rig.in(folder);
    rig.settings(Rig.LONG_INTERVALS); // the status must not become stale on a slow machine
    rig.kextwatch("check", "--no-act", "--no-report");
    checked = Files.readString(rig.mac.path(STATUS));
  }

  @AfterEach
  void restoreTheStatus() throws IOException {
    Files.writeString(rig.mac.path(STATUS), checked);
  }

  @AfterAll
  static void tidy() {
    rig.close();
  }

  @Test
  void peopleReadTheRiskAndTheAdvice() throws Exception {
    Ended status = rig.kextwatch("status");
    assertEquals(1, status.exit());
    assertTrue(status.out().startsWith("AT RISK\nDefender's kernel extension is waiting"));
    assertTrue(status.out().contains("Allow \"Microsoft Corporation\""), status::out);
    assertEquals("", status.err());
  }

  @Test
  void theDocumentIsTheFile() throws Exception {
    Ended status = rig.kextwatch("status", "--json");
    assertEquals(Files.readString(rig.mac.path(STATUS)), status.out().strip());
  }

  @ParameterizedTest
  @CsvSource({
    "verdict,at_risk",
    "extension.state,never_requested",
    "extension.loaded,false",
    "extension.lastAttempt,null",
    "agent.pendingEvents,0",
    "device.labels,{}",
    "health.issues,[]"
  })
  void scriptsGetOneBareValue(String field, String value) throws Exception {
    Ended status = rig.kextwatch("status", "--field", field);
    assertEquals(value + "\n", status.out());
    assertEquals(1, status.exit());
  }

  @Test
  void aFieldThatDoesNotExistIsWrongUsage() throws Exception {
    Ended status = rig.kextwatch("status", "--field", "extension.stat");
    assertEquals(64, status.exit());
    assertTrue(status.err().contains("extension.stat"), status::err);
    assertEquals("", status.out());
  }

  @Test
  void anOldStatusIsUnknown() throws Exception {
    String old = Files.readString(rig.mac.path(STATUS)).replaceFirst("\"20\\d\\d-", "\"2020-");
    Files.writeString(rig.mac.path(STATUS), old);
    Ended status = rig.kextwatch("status");
    assertEquals(2, status.exit());
    assertTrue(status.err().contains("this status is old"), status::err);
  }

  /**
   * What an MDM would show for a Mac whose daemon died months ago, and for one without a status.
   */
  @ParameterizedTest
  @CsvSource({
    "jamf/extension-attributes/verdict, at_risk, unknown, unknown",
    "intune/custom-attributes/backlog, 0, 0, -1",
  })
  void theAttributesForMdmsDoNotTrustAnOldStatus(
      String attribute, String fresh, String old, String absent) throws Exception {
    assertEquals(fresh, attribute(attribute));
    anOldStatusIsUnknown();
    assertEquals(old, attribute(attribute));
    Files.delete(rig.mac.path(STATUS));
    assertEquals(absent, attribute(attribute));
  }

  /** A time is what the scripts take apart. */
  @Test
  void theAttributesForMdmsKnowTheTimes() throws Exception {
    String seen = attribute("intune/custom-attributes/seen");
    String observed = checked.replaceFirst(".*\"observedAt\":\"([^\"]*)\\.\\d+Z\".*", "$1Z");
    assertEquals(observed, seen);
    String since = rig.kextwatch("status", "--field", "verdictSince").out().strip();
    assertTrue(since.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+Z"), since);
  }

  private static String attribute(String name) throws Exception {
    String script = Files.readString(Script.REPOSITORY.resolve("launchd/mdm/" + name + ".sh"));
    String installed = "'/Library/Application Support/Kextwatch/current/bin/kextwatch'";
    assertTrue(script.contains(installed), script);
    Path program =
        Script.write(
            folder.resolve("played/kextwatch"),
            "exec '%s' --root '%s' \"$@\"".formatted(Rig.PROGRAM, rig.mac.root()));
    Ended ended =
        Script.run(
            folder,
            Map.of("PATH", "/usr/bin:/bin", "JAVA_HOME", System.getProperty("java.home")),
            "sh -c",
            script.replace(installed, "'" + program + "'"));
    assertEquals("", ended.err(), name);
    return ended.out().strip().replaceAll("</?result>", "");
  }

  @Test
  void noStatusIsUnknownAndHasAdvice() throws Exception {
    Files.delete(rig.mac.path(STATUS));
    Ended status = rig.kextwatch("status");
    assertEquals(2, status.exit());
    assertTrue(status.err().contains("sudo kextwatch check"), status::err);
  }

  @Test
  void wrongUsageIs64AndHelpIsGiven() throws Exception {
    assertEquals(64, rig.kextwatch("statsu").exit());
    assertEquals(64, rig.kextwatch().exit());
    Ended help = rig.kextwatch("--help");
    assertEquals(0, help.exit());
    assertTrue(help.out().contains("Examples:"), help::out);
  }
}
