package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The queries for Fleet, asked of the real SQLite with tables that stand for those of osquery. */
class FleetQueriesIT {
  private static final Path FLEET = Script.REPOSITORY.resolve("launchd/mdm/fleet");
  private static final Pattern NAMED =
      Pattern.compile("- name: (.*)\n(?:  .*\n)*?  query: >-\n((?:    .*\n)+)");
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  @TempDir Path folder;

  /** What each policy says: passed, or failed. */
  @ParameterizedTest
  @CsvSource({
    // verdict, reason, its minutes, minutes of the file, installed, reports, protects, repaired
    "protected, none,              500, 5,   pass, pass, pass, pass",
    "at_risk,   awaiting_approval, 500, 5,   pass, pass, FAIL, pass",
    "at_risk,   not_installed,     119, 5,   pass, pass, FAIL, pass",
    "at_risk,   not_installed,     121, 5,   pass, pass, FAIL, FAIL",
    "at_risk,   extension_missing, 999, 5,   pass, pass, FAIL, FAIL",
    "at_risk,   not_installed,     500, 61,  pass, FAIL, pass, pass",
    "unknown,   timeout,           999, 5,   pass, pass, pass, pass",
    ",          ,                  0,   0,   FAIL, FAIL, pass, pass",
  })
  void aPolicyPassesIfItHasARow(
      String verdict,
      String reason,
      int minutes,
      int age,
      String installed,
      String reports,
      String protects,
      String repaired)
      throws Exception {
    String rows =
        verdict == null
            ? ""
            : """
            INSERT INTO parse_json VALUES ('%1$sstatus.json', 'verdict', '%2$s'),
              ('%1$sstatus.json', 'reason', '%3$s'), ('%1$sstatus.json', 'verdictSince',
               strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now', '-%4$d minutes'));
            INSERT INTO file VALUES ('%1$sstatus.json', strftime('%%s', 'now') - %5$d * 60),
              ('%1$sreleases/0.2.0/bin/kextwatch', 0), ('%1$ssecret', 0);
            """
                .formatted(SUPPORT, verdict, reason, minutes, age);
    Map<String, String> policies = queries("kextwatch.policies.yml");
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("Kextwatch secret is installed", installed);
    expected.put("Kextwatch is installed", installed);
    expected.put("Kextwatch reports", reports);
    expected.put("Microsoft Defender protects this Mac", protects);
    expected.put("Microsoft Defender needs to be installed again", repaired);
    Map<String, String> found = new LinkedHashMap<>();
    for (Map.Entry<String, String> policy : policies.entrySet()) {
      found.put(policy.getKey(), ask(rows, policy.getValue()).equals("1\n") ? "pass" : "FAIL");
    }
    assertEquals(expected, found);
  }

  @Test
  void theQueryShowsWhatTheStatusSays() throws Exception {
    String rows =
        "INSERT INTO parse_json VALUES ('%1$sstatus.json', 'verdict', 'protected'), ('%1$sstatus.json',"
            .concat(" 'device/serialNumber', 'C02'), ('/other', 'verdict', 'x');")
            .formatted(SUPPORT);
    String query = queries("kextwatch.queries.yml").get("Kextwatch status");
    assertEquals("verdict|protected\n", ask(rows, query));
  }

  private String ask(String rows, String query) throws Exception {
    String tables =
        """
        CREATE TABLE parse_json (path TEXT, fullkey TEXT, value TEXT);
        CREATE TABLE file (path TEXT, mtime INTEGER);
        """;
    Ended ended =
        Script.run(
            folder,
            Map.of("PATH", "/usr/bin:/bin"),
            "sqlite3 -batch -init /dev/null :memory:",
            tables + rows + query);
    assertEquals("", ended.err(), query);
    return ended.out();
  }

  private static Map<String, String> queries(String file) throws Exception {
    Map<String, String> queries = new LinkedHashMap<>();
    Matcher matcher = NAMED.matcher(Files.readString(FLEET.resolve(file)));
    while (matcher.find()) {
      queries.put(matcher.group(1), matcher.group(2));
    }
    return queries;
  }
}
