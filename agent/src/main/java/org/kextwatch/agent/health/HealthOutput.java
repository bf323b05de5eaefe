package org.kextwatch.agent.health;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the fields in the output of {@code mdatp}, JSON or text: some versions print text where
 * JSON is requested, and an unlicensed client prints a banner before either.
 */
final class HealthOutput {
  private static final Pattern OBJECT = Pattern.compile("^\\ufeff?[ \\t]*\\{", Pattern.MULTILINE);

  private HealthOutput() {}

  /** The known fields; empty if none of them is about health. */
  static Map<HealthField, FieldValue> read(String stdout) {
    Matcher object = OBJECT.matcher(stdout);
    if (object.find()) {
      Map<HealthField, FieldValue> found = JsonForm.read(stdout.substring(object.end() - 1));
      if (hasHealth(found)) {
        return found;
      }
    }
    Map<HealthField, FieldValue> found = TextForm.read(stdout);
    return hasHealth(found) ? found : Map.of();
  }

  private static boolean hasHealth(Map<HealthField, FieldValue> found) {
    return found.keySet().stream().anyMatch(HealthField::isOfHealth);
  }
}
