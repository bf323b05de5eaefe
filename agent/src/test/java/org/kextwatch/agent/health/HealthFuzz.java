package org.kextwatch.agent.health;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
  /** Said of each of the pair, as text or as JSON, where the value may be in an object. */
  private static final List<Pattern> PAIR =
      Stream.of("enabled", "available")
          .map(name -> "(?i)real_?time_?protection_?" + name + ":(\\{|true|[-+.0-9e]*[19])")
          .map(Pattern::compile)
          .toList();

  private static final Pattern ESCAPED = Pattern.compile("\\\\u([0-9A-Fa-f]{4})");

  /** What parsers drop: other escapes, colours, what no line shows, and quotes. */
  private static final Pattern DROPPED =
      Pattern.compile(
          "\\\\.|\\x1b\\[[0-9;?]{0,16}[A-Za-z]|[\"\u201c\u201d\u201e]|" + PlainText.UNFIT);

  private static final int LONGEST = 1_100;

  private HealthFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.ofText(
            "mdatp health", Seeds.texts("/recordings/mdatp", ".*\\.txt"), HealthFuzz::health),
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
    String plain = plain(printed);
    check(
        !isProtected || PAIR.stream().allMatch(one -> one.matcher(plain).find()),
        "protected out of nothing");
    Health complaint = HealthParser.of(new ToolRun.Finished(3, "", printed));
    check(complaint.reachability() == Reachability.DAEMON_UNREACHABLE, "health out of errors");
  }

  private static String plain(String printed) {
    String unescaped =
        ESCAPED
            .matcher(printed)
            .replaceAll(
                one ->
                    Matcher.quoteReplacement(
                        Character.toString(Integer.parseInt(one.group(1), 16))));
    return DROPPED.matcher(unescaped).replaceAll("");
  }

  private static void expiry(String text) {
    LocalDate day = ExpiryDay.of(text, ZoneId.of("Pacific/Kiritimati"));
    check(day == null || (day.getYear() >= 2019 && day.getYear() <= 9_999), "a day in " + day);
  }
}
