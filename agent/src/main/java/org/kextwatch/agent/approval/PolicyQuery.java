package org.kextwatch.agent.approval;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;

/**
 * The SQL for the approval database, and the parser of its result. Columns are printed as hex, so
 * that no value can contain a separator; SQLite 3.19 (macOS 10.13) has no JSON. The tables are
 * those that were recorded on macOS 10.13 to 15 (belief:kext-policy-schema).
 */
final class PolicyQuery {
  private static final String COLUMNS =
      "hex(team_id) || ',' || hex(bundle_id) || ',' || hex(allowed)";
  private static final String USER = "SELECT 'user,' || " + COLUMNS + " FROM kext_policy;";
  private static final String MDM = "SELECT 'mdm,' || " + COLUMNS + " FROM kext_policy_mdm;";
  private static final String ALLOWED = "1";

  /** The last line: without it, the output is not complete. */
  private static final String END = "end";

  private static final String SELECT_END = "SELECT '" + END + "';";

  /** Both tables in one state of the database. */
  static final String BOTH = "BEGIN;" + USER + MDM + "COMMIT;" + SELECT_END;

  /** For a database without a table for MDM. */
  static final String USER_ONLY = USER + SELECT_END;

  private PolicyQuery() {}

  /** The rows for the kext; empty if the output is not complete. */
  static Optional<PolicyRows> parse(String output, WatchedExtension watched) {
    List<String> lines = output.lines().toList();
    if (lines.isEmpty() || !lines.get(lines.size() - 1).equals(END)) {
      return Optional.empty();
    }
    List<PolicyRow> user = new ArrayList<>();
    List<PolicyRow> mdm = new ArrayList<>();
    boolean others = false;
    try {
      for (String line : lines.subList(0, lines.size() - 1)) {
        String[] columns = line.split(",", -1);
        PolicyRow row = row(columns);
        boolean ours = row.isFor(watched);
        switch (columns[0]) {
          case "user" -> user.addAll(ours ? List.of(row) : List.of());
          case "mdm" -> {
            boolean counts = ours || row.isForTeamOf(watched);
            mdm.addAll(counts ? List.of(row) : List.of());
            others |= !counts;
          }
          default -> throw new IllegalArgumentException("a row of no table");
        }
      }
    } catch (IllegalArgumentException e) { // not the output of our query
      return Optional.empty();
    }
    return Optional.of(new PolicyRows(user, mdm, others));
  }

  private static PolicyRow row(String[] columns) {
    if (columns.length != 4) {
      throw new IllegalArgumentException("not a row");
    }
    return new PolicyRow(text(columns[1]), text(columns[2]), text(columns[3]).equals(ALLOWED));
  }

  private static String text(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
  }
}
