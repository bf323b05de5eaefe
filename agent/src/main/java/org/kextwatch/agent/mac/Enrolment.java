package org.kextwatch.agent.mac;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether an MDM manages this Mac, as {@code profiles status -type enrollment} says: a line such as
 * {@code MDM enrollment: Yes (User Approved)}. {@code null} where it does not say.
 *
 * @param userApproved whether profiles that need a user-approved MDM count, such as those that
 *     approve kernel extensions
 */
public record Enrolment(@Nullable Boolean enrolled, @Nullable Boolean userApproved) {
  private static final Enrolment UNKNOWN = new Enrolment(null, null);
  private static final Pattern LINE =
      Pattern.compile("(?im)^[ \\t]*MDM enrollment:[ \\t]*(Yes|No)\\b(.*)$");

  /** Asks the Mac. Hourly is often enough: it hardly ever changes. */
  public static Enrolment of(ToolRunner tools, Duration timeout) {
    return parse(tools.run(Tool.PROFILES, timeout, List.of("status", "-type", "enrollment")));
  }

  static Enrolment parse(ToolRun run) {
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return UNKNOWN;
    }
    Matcher line = LINE.matcher(finished.stdout());
    if (!line.find()) {
      return UNKNOWN;
    }
    boolean enrolled = line.group(1).equalsIgnoreCase("yes");
    return new Enrolment(enrolled, enrolled && line.group(2).contains("(User Approved)"));
  }
}
