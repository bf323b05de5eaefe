package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;

/**
 * Checks the access lists (ACLs) of our files and of Defender's program, which can allow more than
 * their modes show. Java cannot read them. {@code ls -le} prints each entry on a line below its
 * file, whether the mode ends with {@code +} or with the {@code @} of extended attributes
 * (belief:access-list-lines).
 */
final class AccessLists {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern ENTRY =
      Pattern.compile(" \\d+: (?<who>.+?)( inherited)? (?<kind>allow|deny) ?(?<rights>.*)");
  private static final Set<String> CHANGING =
      Set.of(
          "write",
          "append",
          "delete",
          "add_file",
          "add_subdirectory",
          "delete_child",
          "writesecurity",
          "chown");
  private static final Set<String> READING = Set.of("read", "list", "search", "execute");

  private final SystemRoot root;
  private final ToolRunner tools;

  AccessLists(SystemRoot root, ToolRunner tools) {
    this.root = root;
    this.tools = tools;
  }

  /**
   * One entry of an access list.
   *
   * @param who such as {@code user:joe} or {@code group:everyone}
   * @param rights as ls names them
   */
  record Entry(String path, String who, boolean isAllowed, Set<String> rights) {
    boolean changes() {
      return isForOthers() && rights.stream().anyMatch(CHANGING::contains);
    }

    boolean reads() {
      return isForOthers() && rights.stream().anyMatch(READING::contains);
    }

    private boolean isForOthers() {
      return isAllowed && !who.equals("user:root");
    }
  }

  /**
   * The output of ls.
   *
   * @param unclear the first line of an access list that cannot be parsed, or null
   */
  record AccessListing(List<Entry> entries, @Nullable String unclear) {
    static AccessListing of(String printed) {
      List<Entry> entries = new ArrayList<>();
      String unclear = null;
      String path = "";
      String promised = null;
      for (String line : printed.lines().toList()) {
        Matcher entry = ENTRY.matcher(line);
        if (entry.matches()) {
          entries.add(
              new Entry(
                  path,
                  entry.group("who"),
                  entry.group("kind").equals("allow"),
                  Set.copyOf(List.of(entry.group("rights").split(",", -1)))));
          promised = null;
        } else if (line.startsWith(" ")) {
          unclear = unclear == null ? path + ":" + line : unclear;
          promised = null;
        } else if (line.contains(" /")) {
          unclear = unclear == null ? promised : unclear;
          path = line.substring(line.indexOf(" /") + 1);
          promised = line.charAt(Math.min(10, line.length() - 1)) == '+' ? line : null;
        }
      }
      return new AccessListing(List.copyOf(entries), unclear == null ? promised : unclear);
    }
  }

  CheckResult look() {
    List<String> arguments = new ArrayList<>(List.of("-led"));
    try {
      places().forEach(place -> arguments.add(place.toString()));
    } catch (IOException | UncheckedIOException e) {
      return CheckResult.cannotTell(
          "our files cannot be listed: " + e.getMessage(), "Check the disk.");
    }
    if (arguments.size() == 1) {
      return CheckResult.ok("there are no files to check yet");
    }
    ToolRun run = tools.run(Tool.LS, TIMEOUT, arguments);
    if (run instanceof ToolRun.Finished finished) {
      CheckResult result = judge(AccessListing.of(finished.stdout()));
      return finished.exitCode() == 0 || !result.remedy().isEmpty()
          ? result
          : CheckResult.cannotTell(
              "ls -led ended with %d: %s"
                  .formatted(finished.exitCode(), finished.stderr().lines().findFirst().orElse("")),
              "Run: sudo kextwatch doctor");
    }
    return CheckResult.cannotTell(
        run instanceof ToolRun.NotRun notRun ? notRun.detail() : "ls -led did not end in time",
        "See tool ls.");
  }

  private CheckResult judge(AccessListing listing) {
    for (Entry entry : listing.entries()) {
      if (entry.changes()) {
        return CheckResult.fail(
            "%s may change %s".formatted(entry.who(), entry.path()), remedy(entry));
      }
    }
    for (Entry entry : listing.entries()) {
      if (entry.reads() && isPrivate(entry.path())) {
        return CheckResult.warn(
            "%s may read %s".formatted(entry.who(), entry.path()), remedy(entry));
      }
    }
    return listing.unclear() == null
        ? CheckResult.ok("no access list lets others change our files or mdatp")
        : CheckResult.warn(
            "an access list cannot be parsed: " + listing.unclear(), "Check it: ls -led FILE");
  }

  private static String remedy(Entry entry) {
    return "Run: sudo chmod -N '%s'".formatted(entry.path());
  }

  private boolean isPrivate(String path) {
    return path.startsWith(root.resolve(AgentPaths.STATE_FOLDER).toString())
        || path.equals(secret().toString());
  }

  private Path secret() {
    return root.resolve(AgentPaths.SECRET);
  }

  /** Those of our files that exist, and mdatp with the folders of its app. */
  private List<Path> places() throws IOException {
    Path support = root.resolve(AgentPaths.SUPPORT);
    List<Path> places =
        new ArrayList<>(
            List.of(
                support,
                root.resolve(AgentPaths.RELEASES),
                root.resolve(AgentPaths.LOCAL_SETTINGS),
                secret(),
                root.resolve(AgentPaths.STATE_FOLDER),
                root.resolve(AgentPaths.SPOOL),
                root.resolve(AgentPaths.LOG_FOLDER),
                root.resolve(AgentPaths.LAUNCHD_JOB)));
    Path current = support.resolve("current");
    if (Files.isDirectory(current)) {
      try (Stream<Path> release = Files.walk(current.toRealPath(), 2)) {
        release.forEach(places::add);
      }
    }
    places.addAll(mdatp());
    return places.stream().filter(place -> Files.exists(place, LinkOption.NOFOLLOW_LINKS)).toList();
  }

  private List<Path> mdatp() throws IOException {
    Path program = root.resolve(Tool.MDATP.macPath());
    if (Files.notExists(program)) {
      return List.of();
    }
    Path real = program.toRealPath();
    List<Path> places = new ArrayList<>(List.of(real));
    Path applications = root.resolve(SystemPaths.APPLICATIONS).toRealPath();
    for (Path at = real.getParent();
        at != null && at.startsWith(applications) && !at.equals(applications);
        at = at.getParent()) {
      places.add(at);
    }
    return places;
  }
}
