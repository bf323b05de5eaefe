package org.kextwatch.agent.doctor;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.doctor.AccessLists.AccessListing;
import org.kextwatch.agent.fuzz.FuzzTarget;

/** What {@code ls -led} and {@code launchctl print-disabled} print. */
public final class AccessListFuzz {
  private static final String LISTING =
      """
      drwxr-xr-x+ 5 root  wheel  160 Nov 23 12:00 /Library/Application Support/Kextwatch
       0: group:everyone deny delete
       1: user:joe inherited allow write,append,file_inherit
      -rw-------  1 root  wheel   52 Nov 23 12:00 /Library/Application Support/Kextwatch/secret
      """;

  private static final String SERVICES =
      """
      disabled services = {
        "com.apple.ftpd" => disabled
        "org.kextwatch.agent" => enabled
        "org.kextwatch.agent.other" => true
      }
      """;

  /** As macOS prints an entry of a user, who is not root. */
  private static final Pattern CHANGING =
      Pattern.compile(" \\d+: user:(?!root )\\w+( inherited)? allow ([a-z_,]++)");

  private AccessListFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.ofText("ls -led", List.of(LISTING), AccessListFuzz::listing),
        FuzzTarget.ofText(
            "launchctl",
            List.of(SERVICES, SERVICES.replace("=> enabled", "=> true")),
            AccessListFuzz::services));
  }

  /** That our label is switched on, or off, is said of it alone. */
  private static void services(String printed) {
    String result = AgentChecks.switched(printed).text();
    String label = "\"org.kextwatch.agent\" => ";
    boolean isOn = printed.contains(label + "enabled") || printed.contains(label + "false");
    boolean isOff = printed.contains(label + "disabled") || printed.contains(label + "true");
    check(!result.equals("it is switched on") || isOn, "on out of nothing");
    check(!result.equals("it is switched off") || isOff, "off out of nothing");
    check(!result.equals("it was never switched off") || !isOff, "off is not seen");
  }

  private static boolean mayWrite(String line) {
    Matcher entry = CHANGING.matcher(line);
    return entry.matches() && List.of(entry.group(2).split(",", -1)).contains("write");
  }

  /** An entry that allows something is seen, with the file above it, or said to be unclear. */
  private static void listing(String printed) {
    AccessListing listing = AccessListing.of(printed);
    long entries = printed.lines().filter(line -> line.matches(" \\d+: .*")).count();
    long unclear = listing.unclear() == null ? 0 : 1;
    check(listing.entries().size() + unclear >= Math.min(entries, 1), "an entry is lost");
    check(listing.entries().size() == entries || unclear == 1, "an entry is lost silently");
    List<String> changing = printed.lines().filter(AccessListFuzz::mayWrite).toList();
    check(
        listing.entries().stream().filter(AccessLists.Entry::changes).count() >= changing.size()
            || unclear == 1,
        "who may change a file is not seen");
    listing
        .entries()
        .forEach(entry -> check(entry.path().isEmpty() || printed.contains(entry.path()), "path"));
  }
}
