package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.install.MacReport.Answer;
import org.kextwatch.install.MacReport.Outcome;

/** Reports are read as they are sent in, and those with names in them are refused. */
class MacReportTest {
  static final String REPORT =
      """
      Kextwatch report 1
      macOS: 15.4 (24E248)
      chip: Apple
      MDM: user approved
      date: 2026-11-26
      agent: 0.2.0

      boot-session: as expected
        expected: kern.bootsessionuuid is a UUID
        found: it is
      """;

  @Test
  void aReportIsRead() {
    assertEquals(
        new MacReport(
            "15.4 (24E248)",
            "Apple",
            "user approved",
            LocalDate.of(2026, 11, 26),
            "0.2.0",
            Map.of(
                "boot-session",
                new Answer(Outcome.AS_EXPECTED, "kern.bootsessionuuid is a UUID", "it is"))),
        MacReport.parse(REPORT));
  }

  @Test
  void whatMailAndEditorsDoToItDoesNotMatter() {
    MacReport report = MacReport.parse(REPORT);
    assertEquals(report, MacReport.parse(REPORT.replace("\n", "\r\n")));
    assertEquals(report, MacReport.parse("\n" + REPORT.replace("\n", "  \n") + "\n\n"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "report 1               | report 2            | line 1: a report begins with \"Kextwatch"
            + " report 1\"",
        "macOS: 15.4            | macOS: a Mac        | line 2: \"a Mac (24E248)\" is no value of"
            + " macOS",
        "macOS:                 | OS:                 | line 2: \"macOS\" is missing",
        "chip: Apple            | chip: Anna's        | line 3: \"Anna's\" is no value of chip",
        "MDM: user              | MDM: Jamf           | line 4: \"Jamf approved\" is no value of"
            + " MDM",
        "2026-11-26             | yesterday           | line 5: \"yesterday\" is no date",
        "agent: 0.2.0           | agent: mine         | line 6: \"mine\" is no value of agent",
        "boot-session:          | Boot session:       | line 8: an answer begins with \"id: \"",
        "as expected            | fine                | line 8: \"fine\" is no outcome",
        "expected: kern         | wanted: kern        | line 9: \"expected\" is missing",
        "found: it is           | found it            | line 10: \"found\" is missing",
      })
  void whatIsNoReportIsRefusedByItsLine(String good, String bad, String why) {
    refused(why, REPORT.replace(good, bad));
  }

  @Test
  void halfAReportIsRefused() {
    refused("line 1: the report ends too early", "");
    refused("line 6: it has no answers", REPORT.split("\n\n", 2)[0] + "\n");
    refused("line 10: the report ends too early", REPORT.substring(0, REPORT.indexOf("  found")));
    refused(
        "line 14: boot-session is answered twice",
        REPORT + REPORT.substring(REPORT.indexOf("\n\n") + 1));
    refused("line 11: an empty line parts the answers", REPORT + "thank you\n");
  }

  @ParameterizedTest
  @CsvSource({
    "/Users/anna/report, /Users/",
    "5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34, 5C1F5E0A-8C6B-",
    "C02XK0AAJG5H, C02XK0AAJG5H",
    "FVFXC2ABHV2D, FVFXC2ABHV2D",
    "https://mdm.example.com, ://",
    "anna@example.com, a@e",
  })
  void aReportWithNamesIsRefused(String name, String seen) {
    refused(
        "line 10: \"" + seen + "\" may name a Mac or a person: take it out",
        REPORT.replace("it is\n", "it is of " + name + "\n"));
  }

  private static void refused(String why, String report) {
    assertEquals(
        why,
        assertThrows(IllegalArgumentException.class, () -> MacReport.parse(report)).getMessage());
  }
}
