package org.kextwatch.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The system extensions of a simulated Mac, as {@code db.plist} keeps them and as {@code
 * systemextensionsctl list} prints them: the same extensions, in the words of each.
 */
public final class SimulatedExtensions {
  public static final String ENDPOINT_SECURITY = "com.microsoft.wdav.epsext";
  public static final String NETWORK = "com.microsoft.wdav.netext";
  public static final String WAITING = "activated_waiting_for_user";
  public static final String ENABLED = "activated_enabled";
  public static final String SWITCHED_OFF = "terminating_for_disable";
  public static final String DISABLED = "activated_disabled";
  public static final String LEAVING = "terminated_waiting_to_uninstall_on_reboot";
  private static final String TEAM = "UBF8T346G9";

  private static final String DATABASE = "Library/SystemExtensions/db.plist";

  private final MacModel model;
  private final MacLayout layout;
  private final SimFlags levers;
  private final List<Row> rows = new ArrayList<>();
  private boolean databaseHidden;

  SimulatedExtensions(MacModel model, MacLayout layout, SimFlags levers) {
    this.model = model;
    this.layout = layout;
    this.levers = levers;
  }

  /** Those that such a Mac has from the start. */
  void create() {
    model
        .fact("extensions")
        .ifPresentOrElse(state -> putBoth(model.defender(), state), this::write);
  }

  /** One comes, or the one of this version changes its state. */
  public void put(String bundle, String version, String state) {
    Row row = new Row(bundle, version, state);
    rows.removeIf(known -> known.bundle.equals(bundle) && known.version.equals(version));
    rows.add(row);
    write();
  }

  /** Both of Defender's come, or change their state. */
  public void putBoth(String version, String state) {
    put(NETWORK, version, state);
    put(ENDPOINT_SECURITY, version, state);
  }

  /** The user allows every one that waits for it; whether one did. */
  public boolean userAllows() {
    boolean any = rows.stream().anyMatch(row -> row.state.equals(WAITING));
    replace(row -> row.state.equals(WAITING), ENABLED);
    return any;
  }

  /**
   * The user switches one off in System Settings. macOS notes that at once, and the extension goes
   * on until a restart (seen of another vendor's: tailscale#19203).
   */
  public void switchOff(String bundle) {
    replace(row -> row.bundle.equals(bundle) && row.state.equals(ENABLED), SWITCHED_OFF);
  }

  /** The user switches it on again. Whether that works before a restart is not recorded. */
  public void switchOn(String bundle) {
    replace(
        row -> row.bundle.equals(bundle) && List.of(SWITCHED_OFF, DISABLED).contains(row.state),
        ENABLED);
  }

  private void replace(Predicate<Row> which, String state) {
    rows.replaceAll(row -> which.test(row) ? new Row(row.bundle, row.version, state) : row);
    write();
  }

  /** The database is gone, so that only the tool can tell; nobody knows when a Mac has none. */
  public void hideDatabase() {
    databaseHidden = true;
    layout.remove(DATABASE);
  }

  /** The Mac restarts: what waits to be uninstalled is, what was switched off has ended. */
  void restart() {
    rows.removeIf(row -> row.state.equals(LEAVING));
    replace(row -> row.state.equals(SWITCHED_OFF), DISABLED);
  }

  private void write() {
    levers.set("system-extensions", listing().stripTrailing());
    if (model.knowsSystemExtensions() && !databaseHidden) {
      try {
        layout.file(DATABASE, plist(), "rw-r--r--");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * As recorded on 10.15 to 15: tabs, a mark for enabled and one for active, and from 15 on a hint
   * at each category (of which the part after the pane's name was not recorded).
   */
  String listing() {
    StringBuilder text = new StringBuilder(rows.size() + " extension(s)\n");
    category(text, "com.apple.system_extension.network_extension", "Network Extensions", false);
    category(
        text, "com.apple.system_extension.endpoint_security", "Endpoint Security Extensions", true);
    return text.toString();
  }

  private void category(StringBuilder text, String name, String pane, boolean endpointSecurity) {
    Predicate<Row> belongs = row -> row.bundle.equals(ENDPOINT_SECURITY) == endpointSecurity;
    if (rows.stream().noneMatch(belongs)) {
      return;
    }
    text.append("--- ").append(name);
    model
        .fact("hint")
        .ifPresent(
            hint ->
                text.append(
                    " (Go to '%s > %s' to modify these system extension(s))"
                        .formatted(hint, pane)));
    text.append("\nenabled\tactive\tteamID\tbundleID (version)\tname\t[state]\n");
    rows.stream().filter(belongs).forEach(row -> text.append(line(row)));
  }

  private String line(Row row) {
    String marks =
        switch (row.state) {
          case ENABLED -> "*\t*";
          case WAITING -> "*\t";
          default -> "\t"; // only seen of one that waits to be uninstalled
        };
    return "%s\t%s\t%s (%s/%s)\t%s %s\t[%s]\n"
        .formatted(
            marks,
            TEAM,
            row.bundle,
            row.version,
            row.version,
            model.fact("name").orElse("Microsoft Defender"),
            row.bundle.equals(NETWORK) ? "Network Extension" : "Endpoint Security Extension",
            row.state.replace('_', ' '));
  }

  /** The keys that osquery and others read; there are more on a Mac. */
  String plist() {
    StringBuilder text =
        new StringBuilder(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
            	<key>extensionPolicies</key>
            	<array/>
            	<key>extensions</key>
            	<array>
            """);
    rows.forEach(row -> text.append(entry(row)));
    return text.append("\t</array>\n</dict>\n</plist>\n").toString();
  }

  private static String entry(Row row) {
    return """
    \t\t<dict>
    \t\t\t<key>bundleVersion</key>
    \t\t\t<dict>
    \t\t\t\t<key>CFBundleShortVersionString</key>
    \t\t\t\t<string>%s</string>
    \t\t\t\t<key>CFBundleVersion</key>
    \t\t\t\t<string>%s</string>
    \t\t\t</dict>
    \t\t\t<key>categories</key>
    \t\t\t<array>
    \t\t\t\t<string>%s</string>
    \t\t\t</array>
    \t\t\t<key>container</key>
    \t\t\t<dict>
    \t\t\t\t<key>bundlePath</key>
    \t\t\t\t<string>/Applications/Microsoft Defender.app</string>
    \t\t\t</dict>
    \t\t\t<key>identifier</key>
    \t\t\t<string>%s</string>
    \t\t\t<key>state</key>
    \t\t\t<string>%s</string>
    \t\t\t<key>teamID</key>
    \t\t\t<string>%s</string>
    \t\t</dict>
    """
        .formatted(
            row.version,
            row.version,
            row.bundle.equals(NETWORK)
                ? "com.apple.system_extension.network_extension"
                : "com.apple.system_extension.endpoint_security",
            row.bundle,
            row.state,
            TEAM);
  }

  /**
   * One of them.
   *
   * @param state in the words of {@code db.plist}
   */
  private record Row(String bundle, String version, String state) {}
}
