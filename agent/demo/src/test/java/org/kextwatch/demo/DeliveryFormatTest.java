package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.ParsedEvent;

class DeliveryFormatTest {
  private static final DeliveryFormat CHECKED = new DeliveryFormat(true);
  private static final DeliveryFormat UNCHECKED = new DeliveryFormat(false);

  @Test
  void aRowShowsTheEventAndItsMac() {
    assertEquals(
        "18:45:17  verified        42  C02XK0AAJG5H    status.changed            It is blocked.",
        CHECKED.row(received(42L, true, false, 0, "It is blocked.")));
    assertEquals(
        DeliveryFormat.header().indexOf("TEXT"),
        CHECKED.row(received(42L, true, false, 0, "It is")).indexOf("It is"));
  }

  @Test
  void gapsAndDuplicatesAreMarked() {
    assertTrue(
        CHECKED.row(received(9L, true, false, 3, "x")).endsWith("  [3 missing before it] x"));
    assertTrue(CHECKED.row(received(9L, true, true, 0, "x")).endsWith("  [again] x"));
  }

  @Test
  void withoutASecretSignaturesAreNotChecked() {
    assertTrue(UNCHECKED.row(received(null, true, false, 0, "x")).contains("  not checked  "));
    assertTrue(UNCHECKED.row(received(null, false, false, 0, "x")).contains("  REFUSED  "));
    assertTrue(CHECKED.row(received(null, false, false, 0, "x")).contains("  REFUSED  "));
    assertTrue(
        UNCHECKED.json(received(1L, true, false, 0, "")).contains("\"signature\":\"not_checked\""));
  }

  @Test
  void aBodyThatIsNoEventIsShownToo() {
    Delivery nothing = new Delivery("", null, false, false, 0, 0, Instant.EPOCH, "hello");
    assertEquals("00:00:00  REFUSED          -  -               no event", CHECKED.row(nothing));
    assertTrue(CHECKED.json(nothing).contains("\"type\":null"));
  }

  @Test
  void noDeliveryChangesTheTerminal() {
    String row = CHECKED.row(received(1L, false, false, 0, "a\u001b[2Jb\r\nc\u009bd\u202ee\u2028"));
    assertTrue(row.endsWith(" ab c d e"), row);
  }

  @Test
  void aJsonLineIsOneLineWithEverything() {
    String line = CHECKED.json(received(42L, true, true, 2, "two\nlines"));
    assertFalse(line.contains("\n"));
    assertEquals(
        "{\"receivedAt\":\"2026-11-23T18:45:17.042Z\",\"signature\":\"verified\",\"duplicate\":true,\"missingBefore\":2,\"attempt\":1,\"id\":\"evt_1\",\"type\":\"org.kextwatch.status.changed\",\"streamid\":\"s\",\"sequence\":42,\"subject\":\"C02XK0AAJG5H\",\"text\":\"two\\n"
            + "lines\",\"body\":\"{}\"}",
        line);
  }

  private static Delivery received(
      Long sequence, boolean verified, boolean duplicate, long gap, String text) {
    return new Delivery(
        "evt_1",
        new ParsedEvent(
            "evt_1", "org.kextwatch.status.changed", "s", sequence, "C02XK0AAJG5H", text, Map.of()),
        verified,
        duplicate,
        gap,
        1,
        Instant.parse("2026-11-23T18:45:17.042Z"),
        "{}");
  }
}
