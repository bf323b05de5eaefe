package org.kextwatch.agent.health;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/**
 * One value that Defender printed, as text or JSON. Each method gives {@code null} if the value has
 * another type or is "unavailable".
 *
 * @param value a text, boolean, number or list; {@code null} if Defender printed null
 * @param managed whether a policy sets it
 */
record FieldValue(@Nullable Object value, boolean managed) {
  private static final String UNAVAILABLE = "unavailable";

  /** The longest text of one value in an event; Defender prints far shorter ones. */
  private static final int LONGEST_TEXT = 1_024;

  private static final int LONGEST_LIST = 64;

  /** Whether Defender printed "unavailable", which says more than a missing field. */
  boolean isUnavailable() {
    return value instanceof String text && text.strip().equalsIgnoreCase(UNAVAILABLE);
  }

  /** A boolean. Some documents and versions have {@code 1} for {@code true}. */
  @Nullable Boolean bool() {
    String text = text();
    if (text == null) {
      return null;
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true", "1" -> Boolean.TRUE;
      case "false", "0" -> Boolean.FALSE;
      default -> null;
    };
  }

  @Nullable Long number() {
    try {
      String text = text();
      return text == null ? null : Long.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  @Nullable String text() {
    if (value instanceof Double number) {
      return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
    if (value instanceof Boolean) {
      return value.toString();
    }
    if (!(value instanceof String text) || isUnavailable()) {
      return null;
    }
    String clean = PlainText.of(text, LONGEST_TEXT);
    return clean.isEmpty() || clean.equals("null") ? null : clean;
  }

  /** The texts of a list; a single text counts as a list of one. */
  List<String> texts() {
    if (value instanceof List<?> items) {
      return items.stream()
          .map(item -> new FieldValue(item, false).text())
          .filter(Objects::nonNull)
          .limit(LONGEST_LIST)
          .toList();
    }
    return Stream.ofNullable(text()).toList();
  }

  /** The tags of a list of {@code {"key":"GROUP","value":"x"}}; other items are ignored. */
  Map<String, String> tags() {
    Map<String, String> tags = new TreeMap<>();
    if (value instanceof List<?> items) {
      for (Object item : items.subList(0, Math.min(items.size(), LONGEST_LIST))) {
        if (item instanceof Map<?, ?> tag) {
          String key = new FieldValue(tag.get("key"), false).text();
          String content = new FieldValue(tag.get("value"), false).text();
          if (key != null && content != null) {
            tags.put(key, content);
          }
        }
      }
    }
    return tags;
  }
}
