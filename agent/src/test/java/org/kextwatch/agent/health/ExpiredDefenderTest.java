package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.agent.status.StatusSamples.NOON;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Judge;
import org.kextwatch.agent.status.JudgeContext;
import org.kextwatch.agent.status.Judgement;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Thresholds;

/** A Defender that is healthy, licensed and up to date, before and after its last day. */
final class ExpiredDefenderTest {
  private static final Thresholds LIMITS = new Thresholds(false, Duration.ofDays(7));

  private static final DateTimeFormatter PRINTED =
      DateTimeFormatter.ofPattern("MMMM dd, yyyy", Locale.ENGLISH);

  /** What it prints, in the first zone of the world and in the last. */
  @ParameterizedTest
  @CsvSource({
    "-180, DEFENDER_EXPIRED, 0, true",
    "-5,   DEFENDER_EXPIRED, 0, true",
    "-1,   DEFENDER_EXPIRED, 0, true",
    "0,    NONE,             1, true",
    "1,    NONE,             1, true",
    "21,   NONE,             1, true",
    "22,   NONE,             0, false",
    "180,  NONE,             0, false"
  })
  void theDayDecidesInEveryZoneAndForm(int days, Reason reason, int warnings, boolean soon)
      throws IOException {
    for (String name : List.of("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")) {
      ZoneId zone = ZoneId.of(name);
      LocalDate today = LocalDate.ofInstant(NOON, zone);
      String day = PRINTED.format(today.plusDays(days)) + " at 11:59:59 PM";
      for (String printed : List.of(json(days), text(day))) {
        Health answer = HealthParser.of(new ToolRun.Finished(0, printed, ""));
        Health health = answer.expiring(ExpiryDay.of(answer.productExpiration(), zone), today);

        Judgement judgement = judge(health, today);

        assertEquals(today.plusDays(days), health.expiresAt());
        assertEquals(soon, health.expiresSoon());
        assertEquals(reason, judgement.reason());
        assertEquals(warnings, judgement.warnings().size());
      }
    }
  }

  private static Judgement judge(Health health, LocalDate today) {
    return Judge.judge(
        new Observation(
            NOON, today, StatusSamples.DEVICE, health, StatusSamples.ACTIVE, Policies.NONE, false),
        LIMITS,
        JudgeContext.ORDINARY);
  }

  private static String json(int days) throws IOException {
    try (InputStream recorded =
        ExpiredDefenderTest.class.getResourceAsStream(
            "/recordings/expiry/expired-yet-healthy.json")) {
      return new String(recorded.readAllBytes(), StandardCharsets.UTF_8)
          .replace("@UPDATED@", Long.toString(NOON.toEpochMilli()))
          .replace("@EXPIRATION@", Long.toString(NOON.plus(Duration.ofDays(days)).toEpochMilli()));
    }
  }

  private static String text(String day) {
    return """
    healthy                                     : true
    licensed                                    : true
    product_expiration                          : %s
    passive_mode_enabled                        : false
    real_time_protection_enabled                : true
    real_time_protection_available              : true
    """
        .formatted(day);
  }
}
