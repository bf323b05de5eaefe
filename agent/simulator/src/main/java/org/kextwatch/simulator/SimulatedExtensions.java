package org.kextwatch.simulator;

import com.dd.plist.NSObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
  private static final String NETWORK_CATEGORY = "com.apple.system_extension.network_extension";
  private static final String ENDPOINT_CATEGORY = "com.apple.system_extension.endpoint_security";

  private static final String DATABASE = "/Library/SystemExtensions/db.plist";

  private final MacModel model;
  private final BareMac mac;
  private final SimFlags flags;
  private final List<SimulatedRow> rows = new ArrayList<>();
  private boolean databaseHidden;

  SimulatedExtensions(MacModel model, BareMac mac, SimFlags flags) {
    this.model = model;
    this.mac = mac;
    this.flags = flags;
  }

  /** Writes the extensions that such a Mac has from the start. */
  void create() {
    model
        .fact("extensions")
        .ifPresentOrElse(state -> putBoth(model.defender(), state), this::write);
  }

  /** Adds an extension, or changes the state of the one with this version. */
  public void put(String bundle, String version, String state) {
    SimulatedRow row = new SimulatedRow(bundle, version, state);
    rows.removeIf(known -> known.bundle.equals(bundle) && known.version.equals(version));
    rows.add(row);
    write();
  }

  /** Adds both extensions of Defender, or changes their state. */
  public void putBoth(String version, String state) {
    put(NETWORK, version, state);
    put(ENDPOINT_SECURITY, version, state);
  }

  /** The user allows every extension that waits for it. Returns whether one waited. */
  public boolean userAllows() {
    boolean any = rows.stream().anyMatch(row -> row.state.equals(WAITING));
    replace(row -> row.state.equals(WAITING), ENABLED);
    return any;
  }

  /**
   * The user switches one off in System Settings. macOS saves that at once, and the extension runs
   * until a restart (seen of another vendor's: tailscale#19203).
   */
  public void switchOff(String bundle) {
    replace(row -> row.bundle.equals(bundle) && row.state.equals(ENABLED), SWITCHED_OFF);
  }

  /** The user switches one on again. Whether that works before a restart is not recorded. */
  public void switchOn(String bundle) {
    replace(
        row -> row.bundle.equals(bundle) && List.of(SWITCHED_OFF, DISABLED).contains(row.state),
        ENABLED);
  }

  private void replace(Predicate<SimulatedRow> which, String state) {
    rows.replaceAll(
        row -> which.test(row) ? new SimulatedRow(row.bundle, row.version, state) : row);
    write();
  }

  /**
   * Removes {@code db.plist}, so that only the tool lists them. When a Mac has none is not known.
   */
  public void hideDatabase() {
    databaseHidden = true;
    mac.remove(DATABASE);
  }

  /** The Mac restarts: this completes uninstalls, and ends what was switched off. */
  void restart() {
    rows.removeIf(row -> row.state.equals(LEAVING));
    replace(row -> row.state.equals(SWITCHED_OFF), DISABLED);
  }

  private void write() {
    flags.set("system-extensions", listing().stripTrailing());
    if (model.knowsSystemExtensions() && !databaseHidden) {
      mac.write(DATABASE, plist());
    }
  }

  /**
   * As recorded on 10.15 to 15: tabs, a mark for enabled and one for active, and from 15 on a hint
   * at each category (of which the part after the pane's name was not recorded).
   */
  String listing() {
    StringBuilder text = new StringBuilder(rows.size() + " extension(s)\n");
    category(text, NETWORK_CATEGORY, "Network Extensions");
    category(text, ENDPOINT_CATEGORY, "Endpoint Security Extensions");
    return text.toString();
  }

  private void category(StringBuilder text, String name, String pane) {
    Predicate<SimulatedRow> belongs = row -> category(row).equals(name);
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

  private static String category(SimulatedRow row) {
    return row.bundle.equals(NETWORK) ? NETWORK_CATEGORY : ENDPOINT_CATEGORY;
  }

  private String line(SimulatedRow row) {
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

  /**
   * The members that osquery and others read, in the same order each time; a real file has more.
   */
  String plist() {
    Map<String, Object> members =
        Map.of(
            "extensionPolicies",
            List.of(),
            "extensions",
            rows.stream().map(SimulatedExtensions::entry).toList());
    return NSObject.fromJavaObject(new TreeMap<>(members)).toXMLPropertyList();
  }

  private static Map<String, Object> entry(SimulatedRow row) {
    return Map.of(
        "bundleVersion",
        Map.of("CFBundleShortVersionString", row.version, "CFBundleVersion", row.version),
        "categories",
        List.of(category(row)),
        "container",
        Map.of("bundlePath", "/Applications/Microsoft Defender.app"),
        "identifier",
        row.bundle,
        "state",
        row.state,
        "teamID",
        TEAM);
  }

  /**
   * One extension.
   *
   * @param state in the words of {@code db.plist}
   */
  private record SimulatedRow(String bundle, String version, String state) {}
}
