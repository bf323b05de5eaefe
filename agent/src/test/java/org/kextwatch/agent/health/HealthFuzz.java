package org.kextwatch.agent.health;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.Seeds;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Verdict;

/** What Defender prints. */
public final class HealthFuzz {
  /** Of both it must be said. */
  private static final List<String> PAIR =
      List.of("real_time_protection_enabled", "real_time_protection_available");

  /** A line for a field; the terminal may have wrapped its value. */
  private static final Pattern ENTRY =
      Pattern.compile("\\s*([A-Za-z][A-Za-z0-9_]*)\\s*:(.*)", Pattern.DOTALL);

  private static final Pattern OBJECT = Pattern.compile("(?m)^\ufeff?[ \\t]*\\{");
  private static final Pattern TRUE = Pattern.compile("(?i)true|1");

  /** What parsers drop: escapes, colours, what no line shows, and quotes. */
  private static final Pattern DROPPED =
      Pattern.compile("\\x1b\\[[0-9;?]{0,16}[A-Za-z]|[\"\u201c\u201d\u201e]|" + PlainText.UNFIT);

  private static final int LONGEST = 1_100;

  private HealthFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.ofText("mdatp health", seeds(), HealthFuzz::health),
        FuzzTarget.ofText(
            "mdatp expiry",
            List.of(
                "Dec 29, 2022 at 09:48:37 PM",
                "29 December 2022, 21:48:37 GMT+2",
                "2022-12-29T21:48:37Z",
                "2022-12-29 21:48:37.5 +0200",
                "Sept. 9, 2024, 9:48 p.m."),
            HealthFuzz::expiry));
  }

  /** What was recorded, and the pair alone, which is quick to change. */
  private static List<String> seeds() {
    List<String> seeds = new ArrayList<>(Seeds.texts("/recordings/mdatp", ".*\\.txt"));
    String enabled = "real_time_protection_enabled : true\n";
    String available = "real_time_protection_available : true [managed]\n";
    String json = "{\"realTimeProtectionEnabled\":{\"value\":true},\"b\":[],%s}";
    String member = "\"realTimeProtectionAvailable\":";
    for (int i = 0; i < 4; i++) { // as often as all the recordings together
      seeds.addAll(
          List.of(
              enabled + available,
              enabled.replace("true", "\"true\"") + available.replace("true", "false") + available,
              json.formatted(member + "true"),
              json.formatted(member + "false," + member + "1"),
              json.formatted("\"a\":{" + member + "true}")));
    }
    return seeds;
  }

  private static void health(String printed) throws IOException {
    Health health = HealthParser.of(new ToolRun.Finished(0, printed, ""));
    check(Json.read(Health.class, Json.write(health)).equals(health), "another health in JSON");
    check(Json.text(health).length() < 300_000, "a long health");
    if (health.appVersion() != null) {
      check(health.appVersion().length() <= LONGEST, "a long text");
    }
    expiry(String.valueOf(health.productExpiration()));
    boolean isProtected =
        StatusSamples.status(health, StatusSamples.ACTIVE).verdict() == Verdict.PROTECTED;
    check(!isProtected || isInJson(printed) || isInText(printed), "protected out of nothing");
    Health complaint = HealthParser.of(new ToolRun.Finished(3, "", printed));
    check(complaint.reachability() == Reachability.DAEMON_UNREACHABLE, "health out of errors");
  }

  /** At the top of the first object, where the first member of a name counts. */
  private static boolean isInJson(String printed) {
    Matcher object = OBJECT.matcher(printed);
    Map<String, Boolean> said = new HashMap<>();
    try (JsonReader reader =
        JsonReader.of(
            new Buffer().writeUtf8(object.find() ? printed.substring(object.end() - 1) : ""))) {
      reader.beginObject();
      while (reader.hasNext()) {
        String name = HealthField.snakeCase(reader.nextName());
        boolean isTrue = isTrue(reader.readJsonValue());
        if (PAIR.contains(name)) {
          said.putIfAbsent(name, isTrue);
        }
      }
      reader.endObject();
    } catch (IOException | JsonDataException e) {
      return false;
    }
    return PAIR.stream().allMatch(name -> said.getOrDefault(name, false));
  }

  private static boolean isTrue(@Nullable Object value) {
    if (value instanceof Map<?, ?> wrapper) {
      return isTrue(wrapper.containsKey("value") ? wrapper.get("value") : wrapper.get("$type"));
    }
    return value instanceof Double number
        ? number == 1
        : TRUE.matcher(DROPPED.matcher(String.valueOf(value)).replaceAll("")).matches()
            && !(value instanceof List);
  }

  /** In a line of its own, and the first line of a name counts. */
  private static boolean isInText(String printed) {
    List<String> lines = printed.lines().toList();
    return PAIR.stream()
        .allMatch(
            name -> {
              for (int i = 0; i < lines.size(); i++) {
                Matcher entry = ENTRY.matcher(lines.get(i));
                if (entry.matches() && HealthField.snakeCase(entry.group(1)).equals(name)) {
                  String wrapped = String.join("", lines.subList(i + 1, lines.size()));
                  return saysTrue(entry.group(2), wrapped);
                }
              }
              return false;
            });
  }

  private static boolean saysTrue(String value, String wrapped) {
    boolean isQuoted = value.matches("\\s*[\"\u201c\u201d\u201e].*");
    String whole = DROPPED.matcher(value + (isQuoted ? wrapped : "")).replaceAll("");
    return isQuoted ? whole.matches("(?i)(true|1).*") : whole.matches("(?i)(true|1)(\\[managed])?");
  }

  private static void expiry(String text) {
    LocalDate day = ExpiryDay.of(text, ZoneId.of("Pacific/Kiritimati"));
    check(day == null || (day.getYear() >= 2019 && day.getYear() <= 9_999), "a day in " + day);
  }
}
