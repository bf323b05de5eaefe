package org.kextwatch.agent.approval;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.SystemExtension;

/**
 * macOS' own list of system extensions: the file that osquery reads too
 * (belief:system-extension-database), else the output of {@code systemextensionsctl}. Its columns
 * are separated by tabs, but published copies have spaces and no stars, so a row is recognised by
 * its bundle and version alone. They come first: the name after them may be any text.
 */
final class SystemExtensionList {

  private static final Pattern COUNT = Pattern.compile("(?m)^[ \\t]*(\\d{1,6}) extension\\(s\\)");
  private static final Pattern ROW =
      Pattern.compile(
          "[\\s*]*+(?:(?<team>\\S+)\\s+)?(?<bundle>[\\w-]++(?:\\.[\\w-]++)++)\\s+\\((?<version>[^()]*)\\)(?<rest>.*)");
  private static final Pattern STATE = Pattern.compile("\\[([^\\[\\]]*)]\\s*$");
  private static final String CATEGORY = "---";
  private static final String HEADER = "enabled\t";
  private static final int LONGEST = 64;

  private final PlistCache plists;
  private final ToolRunner tools;

  SystemExtensionList(PlistCache plists, ToolRunner tools) {
    this.plists = plists;
    this.tools = tools;
  }

  /** Reads it. The tool runs only if the file has no list. */
  ExtensionListing read(Duration timeout) {
    List<Plist> policies = List.of();
    try {
      Plist database = plists.read(SystemPaths.SYSTEM_EXTENSIONS);
      policies = database.dictionaries("extensionPolicies").orElse(List.of());
      Optional<List<ExtensionRow>> rows = inDatabase(database);
      if (rows.isPresent()) {
        return new ExtensionListing(rows.get(), policies);
      }
    } catch (IOException e) {
      // No file, or no property list: the tool may work.
    }
    ToolRun run = tools.run(Tool.SYSTEMEXTENSIONSCTL, timeout, List.of("list"));
    return new ExtensionListing(printed(run).orElse(null), policies);
  }

  /** The rows of the file, empty if it has no list. */
  static Optional<List<ExtensionRow>> inDatabase(Plist database) {
    return database
        .dictionaries("extensions")
        .map(all -> all.stream().flatMap(one -> row(one).stream()).toList());
  }

  private static Optional<ExtensionRow> row(Plist extension) {
    String version =
        extension
            .dictionary("bundleVersion")
            .flatMap(numbers -> numbers.string("CFBundleShortVersionString"))
            .orElse("");
    return extension
        .string("identifier")
        .map(
            bundle ->
                new ExtensionRow(
                    extension.string("teamID").orElse(""),
                    bundle,
                    version,
                    extension.string("state").orElse("")));
  }

  /**
   * The rows of a printed list, empty if it is no list or not complete. A row that cannot be parsed
   * is skipped; but if no row of Defender could be parsed, it may be one of Defender's, and the
   * list does not count.
   */
  static Optional<List<ExtensionRow>> printed(ToolRun run) {
    if (!(run instanceof ToolRun.Finished finished) || finished.exitCode() != 0) {
      return Optional.empty();
    }
    List<ExtensionRow> rows = finished.stdout().lines().flatMap(SystemExtensionList::row).toList();
    long unread = finished.stdout().lines().filter(SystemExtensionList::isUnread).count();
    Matcher count = COUNT.matcher(finished.stdout());
    boolean complete = count.find() ? rows.size() + unread >= number(count) : !rows.isEmpty();
    boolean showsDefender = unread == 0 || rows.stream().anyMatch(SystemExtensions::isDefenders);
    return complete && showsDefender ? Optional.of(rows) : Optional.empty();
  }

  private static int number(Matcher count) {
    return Integer.parseInt(count.group(1));
  }

  /** Whether a line ends like a row but cannot be parsed. */
  private static boolean isUnread(String line) {
    return !line.startsWith(CATEGORY)
        && !line.startsWith(HEADER)
        && STATE.matcher(line).find()
        && row(line).findAny().isEmpty();
  }

  private static Stream<ExtensionRow> row(String line) {
    Matcher row = ROW.matcher(line);
    if (line.startsWith(CATEGORY) || !row.lookingAt()) {
      return Stream.empty();
    }
    Matcher state = STATE.matcher(row.group("rest"));
    String team = row.group("team") == null ? "" : row.group("team");
    String shortVersion = row.group("version").split("/", 2)[0];
    return Stream.of(
        new ExtensionRow(
            team, row.group("bundle"), shortVersion, state.find() ? state.group(1) : ""));
  }

  /**
   * The rows, and the managed policies that macOS stores in the same file.
   *
   * @param rows {@code null} if they were not or cannot be listed
   */
  record ExtensionListing(@Nullable List<ExtensionRow> rows, List<Plist> policies) {
    static final ExtensionListing NOT_LISTED = new ExtensionListing(null, List.of());
  }

  /**
   * One system extension of any vendor, as macOS lists it.
   *
   * @param teamId empty if not known, as are {@code version} and {@code state}
   */
  record ExtensionRow(String teamId, String bundleId, String version, String state) {

    /** As in the status document. */
    SystemExtension extension() {
      String word = plain(state).replaceAll("\\s+", "_");
      String number = plain(version);
      return new SystemExtension(
          bundleId,
          number.isEmpty() ? null : number,
          word.isEmpty() ? SystemExtension.UNKNOWN : word);
    }

    private static String plain(String text) {
      String stripped = text.strip();
      boolean odd =
          stripped.length() > LONGEST || stripped.chars().anyMatch(Character::isISOControl);
      return odd ? "" : stripped;
    }
  }
}
