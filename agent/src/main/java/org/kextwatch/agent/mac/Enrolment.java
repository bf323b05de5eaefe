package org.kextwatch.agent.mac;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether an MDM manages this Mac, as {@code profiles status -type enrollment} says: a line such as
 * {@code MDM enrollment: Yes (User Approved)} (belief:enrolment-line), on macOS 10.13.0 to 10.13.3
 * a sentence about the enrolment profile (lionheart/openradar-mirror#19311). {@code null} where it
 * does not say.
 *
 * @param userApproved whether profiles that need a user-approved MDM count, such as those that
 *     approve kernel extensions
 */
public record Enrolment(@Nullable Boolean enrolled, @Nullable Boolean userApproved) {
  private static final Enrolment UNKNOWN = new Enrolment(null, null);
  private static final Pattern LINE =
      Pattern.compile("(?im)^[ \\t]*MDM enrollment:[ \\t]*(Yes|No)\\b(.*)$");

  /**
   * Only the sentence that there is such a profile counts: without one this Mac may still be
   * enrolled, though not by DEP.
   */
  private static final Pattern OLD_LINE =
      Pattern.compile(
          "(?im)^[ \\t]*An enrollment profile is currently installed on this system\\b");

  /** Asks the Mac. Once an hour is enough, because this rarely changes. */
  public static Enrolment of(ToolRunner tools, Duration timeout) {
    return parse(tools.run(Tool.PROFILES, timeout, List.of("status", "-type", "enrollment")));
  }

  static Enrolment parse(ToolRun run) {
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return UNKNOWN;
    }
    Matcher line = LINE.matcher(finished.stdout());
    if (!line.find()) {
      return OLD_LINE.matcher(finished.stdout()).find() ? new Enrolment(true, null) : UNKNOWN;
    }
    boolean enrolled = line.group(1).equalsIgnoreCase("yes");
    return new Enrolment(enrolled, enrolled && line.group(2).contains("(User Approved)"));
  }
}
