package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.ToolRun;

/** What Defender prints as the day of its end, from one end of the world to the other. */
final class ExpiryDayTest {
  private static final ZoneId FIRST = ZoneId.of("Pacific/Kiritimati"); // UTC+14
  private static final ZoneId LAST = ZoneId.of("Pacific/Pago_Pago"); // UTC-11

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          Dec 29, 2022 at 09:48:37 PM                | 2022-12-29
          Feb 05, 2023 at 01:57:03 PM                | 2023-02-05
          Sept 08, 2026 at 11:59:59 PM               | 2026-09-08
          Sep 8, 2026 at 12:00:00 AM                 | 2026-09-08
          September 8, 2026 at 23:59:59              | 2026-09-08
          JUNE 30, 2026, 00:00                       | 2026-06-30
          May 31, 2027                               | 2027-05-31
          July 4, 2027 at 1:57:03 PM            | 2027-07-04
          Sept. 8, 2026 at 1:57:03 p.m.              | 2026-09-08
          8 Sept 2026 at 21:48:37                    | 2026-09-08
          8 September 2026, 21:48                    | 2026-09-08
          Feb 29, 2028 at 09:48:37 PM UTC            | 2028-02-29
          Feb 05, 2027 at 01:57:03 PM [managed]      | 2027-02-05
          "Feb 05, 2027 at 01:57:03 PM"              | 2027-02-05
          2027-02-05 13:57:03                        | 2027-02-05
          """)
  void aTextNamesTheSameDayInEveryZone(String printed, LocalDate day) {
    assertEquals(day, ofText(printed, FIRST));
    assertEquals(day, ofText(printed, LAST));
  }

  /** The first is that of the recording 033. */
  @ParameterizedTest
  @CsvSource({
    "1693977148000, 2023-09-06, 2023-09-05", // 05:12 UTC
    "1693951200000, 2023-09-06, 2023-09-05", // 22:00 UTC of the fifth
    "1798761600000, 2027-01-01, 2026-12-31", // midnight UTC
  })
  void anInstantIsADayOfThisMac(String millis, LocalDate first, LocalDate last) {
    for (String json : new String[] {'"' + millis + '"', millis, "{\"value\":" + millis + "}"}) {
      assertEquals(first, ofJson(json, FIRST));
      assertEquals(last, ofJson(json, LAST));
    }
    assertEquals(first, ofText(millis, FIRST));
    assertEquals(last, ofText('"' + millis + '"', LAST));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unavailable",
        "null",
        "never",
        "soon",
        "0",
        "42",
        "Dec 29",
        "Dec 2022",
        "29, 2022",
        "Feb 30, 2027 at 01:57:03 PM",
        "Smarch 13, 2027",
        "De 29, 2027",
        "Decembre 29, 2027",
        "December 29, 2027 or later",
        "12/29/2027",
        "Dec 29, 27",
        "2027-13-01",
        "Jan 01, 1970 at 01:00:00 AM",
        "Jan 01, 1601 at 01:00:00 AM",
        "[\"Dec 29, 2027\"]"
      })
  void aTextWithoutADayIsNotKnown(String printed) {
    assertNull(ofText(printed, FIRST));
  }

  @Test
  void aMissingFieldIsNotKnown() {
    assertNull(ExpiryDay.of(null, LAST));
    assertNull(ofText("", LAST));
    assertNull(ofJson("null", LAST));
    assertNull(ofJson("true", LAST));
    assertNull(ofJson("[]", LAST));
    assertNull(ofJson("0", LAST));
  }

  private static @Nullable LocalDate ofText(String printed, ZoneId zone) {
    return day("healthy : true\nproduct_expiration          : " + printed + "\n", zone);
  }

  private static @Nullable LocalDate ofJson(String value, ZoneId zone) {
    return day("{\"healthy\":true,\"productExpiration\":" + value + "}", zone);
  }

  private static @Nullable LocalDate day(String stdout, ZoneId zone) {
    return ExpiryDay.of(
        HealthParser.of(new ToolRun.Finished(0, stdout, "")).productExpiration(), zone);
  }
}
