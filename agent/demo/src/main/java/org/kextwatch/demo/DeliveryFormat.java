package org.kextwatch.demo;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.ParsedEvent;

/**
 * Prints deliveries as a table for people and as JSON for tools. Their content cannot change the
 * terminal, because anybody may have sent it.
 *
 * @param isVerifying whether signatures are verified, which needs a secret
 */
record DeliveryFormat(boolean isVerifying) {
  private static final String ROW = "%-8s  %-11s  %5s  %-14s  %-24s  %s";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

  static String header() {
    return ROW.formatted("UTC", "SIGNATURE", "NO.", "MAC", "EVENT", "TEXT");
  }

  /** One row of the table. */
  String row(Delivery delivery) {
    ParsedEvent event = delivery.event();
    return ROW.formatted(
            TIME.format(delivery.receivedAt()),
            signature(delivery),
            event == null || event.sequence() == null ? "-" : event.sequence(),
            event == null || event.subject() == null ? "-" : PlainText.of(event.subject()),
            event == null
                ? "no event"
                : PlainText.of(event.type().replaceFirst("^org\\.kextwatch\\.", "")),
            text(delivery))
        .stripTrailing();
  }

  /** One line of JSON, with the body as it came. */
  String json(Delivery delivery) {
    ParsedEvent event = delivery.event();
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("receivedAt", delivery.receivedAt());
    line.put("signature", signature(delivery).replace(' ', '_').toLowerCase(Locale.ROOT));
    line.put("duplicate", delivery.duplicate());
    line.put("missingBefore", delivery.gap());
    line.put("attempt", delivery.attempt());
    line.put("id", delivery.id());
    line.put("type", delivery.type());
    line.put("streamid", event == null ? null : event.streamid());
    line.put("sequence", delivery.sequence());
    line.put("subject", event == null ? null : event.subject());
    line.put("text", event == null ? null : event.text());
    line.put("body", delivery.body());
    return Json.text(line);
  }

  private String signature(Delivery delivery) {
    if (!delivery.verified()) {
      return "REFUSED";
    }
    return isVerifying ? "verified" : "not checked";
  }

  private static String text(Delivery delivery) {
    List<String> parts = new ArrayList<>();
    if (delivery.duplicate()) {
      parts.add("[again]");
    }
    if (delivery.gap() > 0) {
      parts.add("[%d missing before it]".formatted(delivery.gap()));
    }
    if (delivery.event() != null && delivery.event().text() != null) {
      parts.add(PlainText.of(delivery.event().text()));
    }
    return String.join(" ", parts);
  }
}
