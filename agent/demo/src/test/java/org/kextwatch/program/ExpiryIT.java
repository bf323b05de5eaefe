package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.status.Reason;
import org.kextwatch.agent.status.Status;

/** The program as it runs: today is the day of the Mac's own time zone. */
class ExpiryIT extends OnAMac {
  private static final String FIRST = "Pacific/Kiritimati"; // UTC+14
  private static final String LAST = "Pacific/Pago_Pago"; // UTC-11: always a day behind

  @BeforeEach
  void aMacThatIsProtected() {
    rig.mac.approveByProfile();
    rig.mac.restart();
  }

  @Test
  void oneMomentIsTheLastDayInOneZoneAndTooLateInAnother() throws Exception {
    LocalDate day;
    Status last;
    do { // again, if midnight came meanwhile
      day = today();
      last = look(LAST, day);
    } while (!day.equals(today()));
    assertEquals(Reason.NONE, last.reason());
    assertEquals(day, last.health().expiresAt());
    assertEquals(true, last.health().expiresSoon());
    assertTrue(last.agent().warnings().toString().contains("expires on " + day));

    Status first = look(FIRST, day);
    assertEquals(Reason.DEFENDER_EXPIRED, first.reason());
    assertEquals(day, first.health().expiresAt());
    Ended shown = rig.kextwatch("status");
    assertTrue(shown.out().contains(", expires on " + day), shown.out());
    assertTrue(shown.out().contains("msupdate --install --apps wdav00"), shown.out());
    print(day);
    Ended examined = rig.kextwatchIn(Map.of("TZ", FIRST), "doctor");
    assertTrue(examined.out().contains("Defender on C02XK0AAJG5H expired on " + day));
  }

  @Test
  void alsoBesideARunningDaemon() throws Exception {
    look(FIRST, today());
    try (InstanceLock lock =
        InstanceLock.takeForDaemon(rig.mac.path("/private/var/db/kextwatch/lock")).orElseThrow()) {
      assertEquals(Reason.DEFENDER_EXPIRED, look(FIRST, today()).reason());
    }
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneId.of(LAST));
  }

  private Status look(String zone, LocalDate expiration) throws Exception {
    print(expiration);
    Ended ended = rig.kextwatchIn(Map.of("TZ", zone), "check", "--json", "--no-report");
    return Json.read(Status.class, ended.out().getBytes(StandardCharsets.UTF_8));
  }

  /** What Defender says when it is asked next. */
  private void print(LocalDate expiration) {
    String day = DateTimeFormatter.ofPattern("MMM dd, yyyy", Locale.ENGLISH).format(expiration);
    rig.mac.fault(
        "mdatp",
        0,
        """
        healthy                                     : true
        licensed                                    : true
        product_expiration                          : %s at 01:57:03 PM
        passive_mode_enabled                        : false
        real_time_protection_enabled                : true
        real_time_protection_available              : true
        """
            .formatted(day),
        "",
        0);
  }
}
