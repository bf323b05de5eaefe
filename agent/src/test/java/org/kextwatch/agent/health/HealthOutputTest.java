package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HealthOutputTest {

  /** Each way of writing a value, and what becomes known by it; nothing is false by default. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          healthy : true                                  | healthy=true
          healthy : false                                 | healthy=false
          healthy : 1                                     | healthy=true
          healthy : 0                                     | healthy=false
          healthy : TRUE                                  | healthy=true
          healthy : "true"                                | healthy=true
          healthy : yes                                   | ~~
          healthy : 2                                     | ~~
          healthy :                                       | ~~
          healthy : null                                  | ~~
          healthy : unavailable                           | unavailableFields=[healthy]
          healthy : "unavailable"                         | unavailableFields=[healthy]
          real_time_protection_enabled : true [managed]   | realTimeProtectionEnabled=true; \
          managedSettings=[realTimeProtectionEnabled]
          passive_mode_enabled : false[managed]           | passiveModeEnabled=false; \
          managedSettings=[passiveModeEnabled]
          passive_mode_enabled : unavailable [managed]    | managedSettings=[passiveModeEnabled]; \
          unavailableFields=[passiveModeEnabled]
          app_version : "101.1 b" [managed]               | appVersion=101.1 b; \
          managedSettings=[appVersion]
          app_version : 101.70.19                         | appVersion=101.70.19
          app_version : "101.70.19                        | appVersion="101.70.19
          appVersion : "101.10.76"                        | appVersion=101.10.76
          versionEngine : "100.87.66"                     | appVersion=100.87.66
          engineVersion : "3.0"                           | NOTHING
          definitionsStatus : "upToDate"                  | definitionsStatus=up_to_date
          definitions_status : "out_of_date"              | definitionsStatus=out_of_date
          definitions_status : unavailable                | unavailableFields=[definitionsStatus]
          definitions_updated_minutes_ago : 10081         | definitionsAgeMinutes=10081
          definitions_updated_minutes_ago : "5"           | definitionsAgeMinutes=5
          definitions_updated_minutes_ago : soon          | ~~
          definitions_updated_minutes_ago : 9e99          | ~~
          product_expiration : Dec 29, 2022 at 09:48:37 PM \
          | productExpiration=Dec 29, 2022 at 09:48:37 PM
          product_expiration : "1693977148000"            | productExpiration=2023-09-06T05:12:28Z
          health_issues : []                              | ~~
          health_issues : ["a"]                           | issues=[a]
          health_issues : ["a, b","c: \\"d\\""] [managed] | issues=[a, b, c: "d"]; \
          managedSettings=[issues]
          health_issues : unavailable                     | unavailableFields=[issues]
          health_issues : missing license                 | issues=[missing license]
          health_issues : [missing license]               | issues=[[missing license]]
          health_issues : ["cut                           | issues=[["cut]
          full_disk_access_enabled\t\t: false             | fullDiskAccessEnabled=false
          full_disk_access_enabled:false                  | fullDiskAccessEnabled=false
          \u00a0licensed : true                           | NOTHING
          new_in_2031 : true                              | NOTHING
          healthy                                         | NOTHING
          is healthy : true                               | NOTHING
          """)
  void aLineOfText(String line, String known) {
    assertEquals(known, known(line));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {"healthy":true}                                      | healthy=true
          {"healthy":"1"}                                       | healthy=true
          {"healthy":0}                                         | healthy=false
          {"healthy":null}                                      | ~~
          {"healthy":"unavailable"}                             | unavailableFields=[healthy]
          {"healthy":{}}                                        | ~~
          {"healthy":[true]}                                    | ~~
          {"healthy":true,"healthy":false}                      | healthy=true
          {"realTimeProtectionEnabled":{"displayValue":true,"isManaged":true,"value":false}} \
          | realTimeProtectionEnabled=false; managedSettings=[realTimeProtectionEnabled]
          {"passiveModeEnabled":{"displayValue":true,"isManaged":false}}     | ~~
          {"definitionsStatus":{"$type":"upToDate"}}            | definitionsStatus=up_to_date
          {"definitionsStatus":{"$type":"outOfDate","x":[1]}}   | definitionsStatus=out_of_date
          {"definitionsUpdatedMinutesAgo":158}                  | definitionsAgeMinutes=158
          {"definitionsUpdatedMinutesAgo":"158"}                | definitionsAgeMinutes=158
          {"definitionsUpdatedMinutesAgo":1.5}                  | ~~
          {"productExpiration":1693977148000}     | productExpiration=2023-09-06T05:12:28Z
          {"productExpiration":"soon"}                          | productExpiration=soon
          {"healthIssues":["a",null,1,{"b":2},"c\\n\\u001b[31md\\u202e"]} \
          | issues=[a, 1, c d]
          {"healthIssues":"missing license"}                    | issues=[missing license]
          {"versionEngine":"100.87.66"}                         | appVersion=100.87.66
          {"healthy":true                                       | NOTHING
          {"healthy":true,}                                     | NOTHING
          {"healthy":truth}                                     | NOTHING
          {"x":{"a":1,"a":2},"healthy":true}                    | NOTHING
          {"x":1e999,"healthy":true}                            | NOTHING
          {}                                                    | NOTHING
          [{"healthy":true}]                                    | NOTHING
          "healthy"                                             | NOTHING
          """)
  void anObject(String json, String known) {
    assertEquals(known, known(json));
  }

  @Test
  void bannersAndMessagesBeforeEitherFormAreIgnored() {
    String before =
        """
        ATTENTION: No license found. Contact your administrator for help.
        Creating connection to daemon
        Connection established

        """;

    assertEquals("healthy=false", known(before + "healthy : false\n"));
    assertEquals("healthy=false", known(before + "{\"healthy\":false}\n"));
    assertEquals("healthy=false", known(before + "  {\n \"healthy\" :\r\n false\n }\nbye : 1"));
    assertEquals("NOTHING", known(before));
  }

  @Test
  void aByteOrderMarkAndCarriageReturnsAreIgnored() {
    assertEquals("healthy=true", known("\ufeff{\"healthy\":true}"));
    assertEquals(
        "healthy=true; licensed=false", known("...\r\nhealthy : true\r\nlicensed : false\r\n"));
  }

  @Test
  void textInPlaceOfJsonIsReadAsText() {
    assertEquals("healthy=true", known("edr_device_tags : [\n{\"key\":\"a\"}]\nhealthy : true\n"));
  }

  @Test
  void ofALineThatComesTwiceTheFirstCounts() {
    assertEquals("healthy=false", known("healthy : false\nhealthy : true\n"));
    assertEquals("unavailableFields=[healthy]", known("healthy : unavailable\nhealthy : true\n"));
  }

  @Test
  void aValueThatATerminalHasWrappedIsWhole() {
    assertEquals(
        "healthy=false; issues=[no active event provider, missing license]",
        known(
            """
            health_issues : ["no active ev
            ent provider", "missing
             license"]
            healthy : false
            """));
    assertEquals(
        "appVersion=101.1; managedSettings=[appVersion]",
        known("app_version : \"101\n.1\" [managed]"));
    assertEquals("healthy=true; appVersion=\"101", known("app_version : \"101\nhealthy : true"));
    assertEquals("healthy=true", known("healthy : true\n"));
  }

  @Test
  void valuesAreBounded() {
    String issue = "\"" + "x".repeat(5_000) + "\"";
    Map<HealthField, FieldValue> many =
        HealthOutput.read("health_issues : [" + (issue + ",").repeat(100) + issue + "]");

    assertEquals(64, many.get(HealthField.ISSUES).texts().size());
    assertEquals("x".repeat(1_023) + "…", many.get(HealthField.ISSUES).texts().get(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[", "{\"a\":", "{\"healthy\":", "health_issues : [", "{\"healthIssues\":["})
  void tenThousandNestedBracketsAreNoHealth(String bracket) {
    String known = known(bracket.repeat(10_000));

    assertEquals(bracket.startsWith("health_"), known.startsWith("issues="));
    assertEquals("NOTHING", known("{\"healthy\":true,\"x\":" + "[".repeat(10_000)));
    assertEquals(
        "issues=[" + "[".repeat(1_023) + "…]", known("health_issues:" + "[".repeat(10_000)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "\n",
        ":",
        "\"",
        "a:\n",
        "a:\"\n",
        "\"\n",
        "a :[",
        "{\n",
        "[managed]",
        "\t"
      })
  void aMebibyteOfAnythingIsReadInTime(String piece) {
    String mebibyte = piece.repeat((1 << 20) / piece.length());

    assertEquals("healthy=true", known("healthy : true\n" + mebibyte));
    known("app_version : \"" + mebibyte);
    known("{" + mebibyte);
  }

  @Test
  void randomBytesAndBrokenListingsNeverThrow() {
    Random random = new Random(20_261_123);
    for (int i = 0; i < 2_000; i++) {
      byte[] noise = new byte[random.nextInt(2_000)];
      random.nextBytes(noise);
      known(new String(noise, StandardCharsets.UTF_8));
    }
    for (Path file : Recording.all()) {
      byte[] bytes = Recording.text(file).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 200; i++) {
        byte[] broken = bytes.clone();
        for (int hit = 0; hit < 4; hit++) {
          broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
        }
        known(new String(broken, StandardCharsets.UTF_8));
      }
    }
  }

  private static String known(String stdout) {
    Map<HealthField, FieldValue> readings = HealthOutput.read(stdout);
    return readings.isEmpty() ? "NOTHING" : Known.of(HealthMapper.health(readings, 0));
  }
}
