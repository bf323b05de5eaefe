package org.kextwatch.agent.health;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code mdatp} printed, whatever was asked for: text has been seen where JSON was wanted, and
 * an unlicensed client puts a banner before either.
 */
final class HealthOutput {
  private static final Pattern OBJECT = Pattern.compile("^\\ufeff?[ \\t]*\\{", Pattern.MULTILINE);

  private HealthOutput() {}

  /** The known fields that it names; empty if it names none of health. */
  static Map<HealthField, FieldValue> read(String stdout) {
    Matcher object = OBJECT.matcher(stdout);
    if (object.find()) {
      Map<HealthField, FieldValue> found = JsonForm.read(stdout.substring(object.end() - 1));
      if (tellsOfHealth(found)) {
        return found;
      }
    }
    Map<HealthField, FieldValue> found = TextForm.read(stdout);
    return tellsOfHealth(found) ? found : Map.of();
  }

  private static boolean tellsOfHealth(Map<HealthField, FieldValue> found) {
    return found.keySet().stream().anyMatch(HealthField::isOfHealth);
  }
}
