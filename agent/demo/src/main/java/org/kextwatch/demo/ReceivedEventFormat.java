package org.kextwatch.demo;

import java.nio.charset.StandardCharsets;
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
import org.kextwatch.demo.receiver.Received;

/**
 * Deliveries for people and for tools. What came may be anybody's: it never steers a terminal.
 *
 * @param areChecked whether there is a secret to check them with
 */
record ReceivedEventFormat(boolean areChecked) {
  private static final String ROW = "%-8s  %-11s  %5s  %-14s  %-24s  %s";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

  static String header() {
    return ROW.formatted("UTC", "SIGNATURE", "NO.", "MAC", "EVENT", "TEXT");
  }

  /** One row of the table. */
  String row(Received event) {
    String type = event.type() == null ? "no event" : event.type();
    return ROW.formatted(
            TIME.format(event.receivedAt()),
            signature(event),
            event.sequence() == null ? "-" : event.sequence().toString(),
            event.subject() == null ? "-" : PlainText.of(event.subject()),
            PlainText.of(type.replaceFirst("^org\\.kextwatch\\.", "")),
            text(event))
        .stripTrailing();
  }

  /** One line of JSON, the body as it came within it. */
  String json(Received event) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("receivedAt", event.receivedAt());
    line.put("signature", signature(event).replace(' ', '_').toLowerCase(Locale.ROOT));
    line.put("duplicate", event.duplicate());
    line.put("missingBefore", event.gap());
    line.put("attempt", event.attempt());
    line.put("id", event.id());
    line.put("type", event.type());
    line.put("streamid", event.streamid());
    line.put("sequence", event.sequence());
    line.put("subject", event.subject());
    line.put("text", event.text());
    line.put("body", event.body());
    return new String(Json.write(line), StandardCharsets.UTF_8);
  }

  private String signature(Received event) {
    if (!event.verified()) {
      return "REFUSED";
    }
    return areChecked ? "verified" : "not checked";
  }

  private static String text(Received event) {
    List<String> marks = new ArrayList<>();
    if (event.duplicate()) {
      marks.add("[again]");
    }
    if (event.gap() > 0) {
      marks.add("[%d missing before it]".formatted(event.gap()));
    }
    if (event.text() != null) {
      marks.add(PlainText.of(event.text()));
    }
    return String.join(" ", marks);
  }
}
