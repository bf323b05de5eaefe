package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.approval.Recordings;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Judge;
import org.kextwatch.agent.status.JudgeContext;
import org.kextwatch.agent.status.Judgement;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Thresholds;

/** Every recorded listing of health, and all other recorded output of mdatp. */
final class RecordingsTest {

  /** What a person reads in each listing. What a row does not name must be unknown. */
  private static final String LISTINGS =
      """
      006 | realTimeProtectionEnabled=true; realTimeProtectionAvailable=false
      007 | realTimeProtectionEnabled=true; realTimeProtectionAvailable=true
      009 | healthy=true; licensed=true; realTimeProtectionEnabled=true; \
      realTimeProtectionAvailable=true; appVersion=100.87.66; releaseRing=Dogfood; \
      definitionsAgeMinutes=47
      014 | realTimeProtectionEnabled=true; realTimeProtectionAvailable=false
      015 | realTimeProtectionEnabled=false; realTimeProtectionAvailable=true
      016 | realTimeProtectionEnabled=true; realTimeProtectionAvailable=true
      017 | healthy=true; licensed=true; realTimeProtectionEnabled=true; \
      realTimeProtectionAvailable=true; \
      realTimeProtectionSubsystem=endpoint_security_extension; passiveModeEnabled=false; \
      fullDiskAccessEnabled=true; appVersion=101.70.19; \
      productExpiration=Dec 29, 2022 at 09:48:37 PM; releaseRing=InsiderFast; \
      tamperProtection=audit; definitionsStatus=up_to_date; \
      definitionsAgeMinutes=5
      019 | healthy=true; licensed=true; tamperProtection=audit
      021 | healthy=false; fullDiskAccessEnabled=false; issues=[no active event provider, \
      network event provider not running, full disk access has not been granted]; \
      unavailableFields=[realTimeProtectionEnabled, realTimeProtectionAvailable]
      022 | healthy=false; issues=[no active event provider, \
      network event provider not running, full disk access has not been granted]; \
      unavailableFields=[realTimeProtectionEnabled, realTimeProtectionAvailable]
      024 | healthy=false; realTimeProtectionEnabled=true; \
      realTimeProtectionAvailable=false; fullDiskAccessEnabled=false; \
      issues=[no active event provider, network event provider not running, \
      full disk access has not been granted]
      025 | healthy=false; licensed=false; issues=[missing license]
      028 | healthy=false; licensed=false; issues=[missing license]; appVersion=101.85.27
      029 | healthy=false; licensed=false; realTimeProtectionEnabled=false; \
      realTimeProtectionAvailable=true; realTimeProtectionSubsystem=fanotify; \
      appVersion=101.02.55; releaseRing=InsiderFast; unavailableFields=[productExpiration]
      031 | healthy=true; licensed=true; realTimeProtectionEnabled=true; \
      realTimeProtectionAvailable=true; realTimeProtectionSubsystem=fanotify; \
      passiveModeEnabled=false; appVersion=101.23062.0010; \
      productExpiration=Apr 10, 2024 at 01:34:28 PM; releaseRing=Production; \
      tamperProtection=disabled; definitionsStatus=up_to_date; \
      definitionsAgeMinutes=159
      033 | healthy=true; licensed=true; realTimeProtectionEnabled=true; \
      realTimeProtectionAvailable=true; \
      realTimeProtectionSubsystem=endpoint_security_extension; passiveModeEnabled=false; \
      fullDiskAccessEnabled=true; appVersion=101.98.30; \
      productExpiration=2023-09-06T05:12:28Z; releaseRing=Production; \
      tamperProtection=block; definitionsStatus=up_to_date; \
      definitionsAgeMinutes=158
      043 | realTimeProtectionEnabled=true; realTimeProtectionAvailable=true; \
      realTimeProtectionSubsystem=endpoint_security_extension; passiveModeEnabled=false
      044 | realTimeProtectionEnabled=false; realTimeProtectionAvailable=true; \
      realTimeProtectionSubsystem=endpoint_security_extension; passiveModeEnabled=false
      045 | definitionsStatus=up_to_date; definitionsAgeMinutes=2
      047 | definitionsStatus=up_to_date; definitionsAgeMinutes=2
      048 | definitionsStatus=up_to_date; definitionsAgeMinutes=2
      """;

  static Stream<Arguments> listings() {
    return LISTINGS.lines().map(row -> Arguments.of((Object[]) row.split(" [|] ", 2)));
  }

  @ParameterizedTest
  @MethodSource("listings")
  void aListingIsReadAsAPersonReadsIt(String number, String known) {
    Health health = read(Recording.numbered(number), 0);

    assertEquals(known, Known.of(health));
    assertEquals(Reachability.OK, health.reachability());
  }

  @Test
  void theManifestSaysOfEachRecordingWhereItIsFrom() {
    assertEquals(
        Recordings.text("mdatp/manifest.tsv")
            .lines()
            .skip(1)
            .map(line -> line.split("\t", 2)[0])
            .toList(),
        Recording.all().stream().map(file -> file.getFileName().toString()).toList());
  }

  @Test
  void allOtherOutputIsNoHealthOrAConnectionFailure() {
    List<String> listings = listings().map(row -> (String) row.get()[0]).toList();
    List<Path> others =
        Recording.all().stream()
            .filter(file -> !listings.contains(file.getFileName().toString().substring(0, 3)))
            .toList();

    for (Path other : others) {
      boolean unconnected = other.getFileName().toString().startsWith("056-");
      assertEquals(
          Health.unreachable(
              unconnected ? Reachability.DAEMON_UNREACHABLE : Reachability.UNPARSABLE, 1),
          read(other, 1),
          other.toString());
    }
  }

  @Test
  void exitCodeThreeIsAConnectionFailureUnlessTheListingIsThere() {
    assertEquals(
        Reachability.DAEMON_UNREACHABLE, read(Recording.numbered("057"), 3).reachability());
    assertEquals(Reachability.OK, read(Recording.numbered("014"), 3).reachability());
    assertEquals(3, read(Recording.numbered("014"), 3).exitCode());
  }

  /** New releases bring new fields, and not all texts of issues are known. */
  @Test
  void twentyUnknownFieldsAndUnknownIssuesChangeNoVerdict() {
    int reported = 0;
    for (Path file : Recording.all()) {
      String text = Recording.text(file);
      Health health = HealthParser.of(new ToolRun.Finished(0, text, ""));
      Health extended = HealthParser.of(new ToolRun.Finished(0, Extended.of(text), ""));
      if (health.reachability() == Reachability.OK) {
        assertEquals(withoutIssues(health), withoutIssues(extended), file.toString());
        assertTrue(extended.issues().contains(Extended.ISSUE), file.toString());
        assertEquals(meaning(health), meaning(extended), file.toString());
        reported++;
      }
    }
    assertEquals(listings().count(), reported);
  }

  private static String withoutIssues(Health health) {
    return Known.of(health).replaceFirst("(^|; )issues=\\[[^]]*]", "").replaceFirst("^; ", "");
  }

  private static List<Object> meaning(Health health) {
    Judgement judgement =
        Judge.judge(
            StatusSamples.seen(health, StatusSamples.ACTIVE),
            new Thresholds(false, Duration.ofDays(7)),
            JudgeContext.ORDINARY);
    return List.of(judgement.verdict(), judgement.reason(), judgement.warnings());
  }

  @Test
  void noRecordingCutAnywhereThrows() {
    for (Path file : Recording.all()) {
      String text = Recording.text(file);
      for (int end = 0; end < text.length(); end++) {
        String start = text.substring(0, end);
        String rest = text.substring(end);
        HealthParser.of(new ToolRun.Finished(0, start, ""));
        HealthParser.of(new ToolRun.Finished(0, rest, ""));
      }
    }
  }

  private static Health read(Path file, int exitCode) {
    return HealthParser.of(new ToolRun.Finished(exitCode, Recording.text(file), ""));
  }
}
