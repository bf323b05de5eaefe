package org.kextwatch.simulator;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder that is a Mac with Microsoft Defender. Its tools are shell scripts that print what was
 * recorded on real Macs, its approval database is a real one. The methods are what users, MDMs and
 * updates do to the Mac; {@link #calls} lists the calls of its tools.
 *
 * <p>A user is logged in from the start. Where the behaviour of real Macs is not known, there is a
 * switch.
 */
public final class SimulatedMac extends BareMac {
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";
  private static final String DATABASE = "/private/var/db/SystemPolicyConfiguration/KextPolicy";
  private static final String CONSOLE = "/dev/console";
  private static final int FIRST_USER_OF_A_MAC = 501;

  /** Apple TN2459: the Allow button lives for 30 minutes after the alert. */
  private static final Duration ALLOW_WINDOW = Duration.ofMinutes(30);

  private final MacModel model;
  private final SimulatedExtensions extensions;
  private final SimFlags flags;
  private final SimulatedKextPolicy policy;

  private SimulatedMac(Path folder, MacModel model, Path sqlite3) {
    super(folder);
    this.model = model;
    this.flags = new SimFlags(path("/sim"));
    this.extensions = new SimulatedExtensions(model, this, flags);
    this.policy = new SimulatedKextPolicy(sqlite3, path(DATABASE));
  }

  /** Makes a folder a Mac of 10.14 whose kernel extension is not approved yet. */
  public static SimulatedMac create(Path folder) throws IOException {
    return create(folder, MacModel.MOJAVE);
  }

  /**
   * Makes a folder a Mac that has just started.
   *
   * @param folder empty or not there yet
   * @throws IOException also if this machine has no sqlite3
   */
  public static SimulatedMac create(Path folder, MacModel model) throws IOException {
    Path sqlite3 = SimulatedKextPolicy.findSqlite3();
    Files.createDirectories(folder);
    try (Stream<Path> content = Files.list(folder)) {
      if (content.findAny().isPresent()) {
        throw new DirectoryNotEmptyException(folder.toString());
      }
    }
    SimulatedMac mac = new SimulatedMac(folder.toRealPath(), model, sqlite3);
    mac.build(sqlite3);
    return mac;
  }

  private void build(Path sqlite3) throws IOException {
    MacLayout.write(this, model);
    write("/sim/sqlite3", "#!/bin/sh\nexec " + sqlite3 + " \"$@\"\n", "rwxr-xr-x");
    write(DATABASE, "", "rw-------");
    policy.create(model.schema());
    flags.set("defender", model.defender());
    flags.set("uses", model.fact("uses").orElseThrow());
    flags.set("blocked", model.fact("blocked").orElse("false"));
    flags.set("answers-text", model.fact("answers").isPresent());
    extensions.create();
    answerToUnknownWords(1, "", "");
    enrolment("Yes (User Approved)");
    kextFolderFlags("restricted");
    allowWindow(ALLOW_WINDOW);
    newBoot();
    logIn();
  }

  public Path root() {
    return folder();
  }

  /** Whether Security &amp; Privacy shows the Allow button, which appears after a refused load. */
  public boolean allowButtonVisible() {
    return flags
        .read("alert-until")
        .map(Long::parseLong)
        .filter(until -> Instant.now().isBefore(Instant.ofEpochSecond(until)))
        .isPresent();
  }

  /** The user clicks Allow. Returns whether the button was there. */
  public boolean clickAllow() {
    if (!allowButtonVisible()) {
      return false;
    }
    if (flags.isSet("allow-loads-itself")) {
      load(); // before a reader can see the grant, and load it too
    }
    policy.approveAsUser();
    flags.clear("alert-until");
    return true;
  }

  /** The MDM approves the kext. That alone loads nothing (rdar 37709636). */
  public void approveByProfile() {
    policy.approveAsProfile();
  }

  /** The MDM approves every kext of Defender's team, without naming one. */
  public void approveTeamByProfile() {
    policy.approveTeamAsProfile();
  }

  public void revoke() {
    policy.forget();
  }

  /** A new boot, at which macOS loads the kext if it is approved. */
  public void restart() {
    newBoot();
    if (Files.exists(path(MacLayout.KEXT)) && policy.isApproved()) {
      load();
    }
  }

  private void newBoot() {
    flags.clear("loaded");
    flags.clear("alert-until");
    flags.set("boot-uuid", UUID.randomUUID().toString().toUpperCase(Locale.ROOT));
    extensions.restart();
  }

  /** Its system extensions, which exist from macOS 10.15 on. */
  public SimulatedExtensions systemExtensions() {
    return extensions;
  }

  /** Defender is replaced by one with system extensions, which wait for the user. */
  public void updateToSystemExtensions(String version) {
    flags.set("uses", "system-extensions");
    flags.set("defender", version);
    remove("/Library/Extensions/wdavkext.kext");
    extensions.putBoth(version, SimulatedExtensions.WAITING);
  }

  /** The kext of an earlier Defender is still there, as after an upgrade of macOS. */
  public void leaveKext() {
    try {
      write(MacLayout.KEXT, model.file(MacLayout.KEXT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether Defender may read the whole disk; it may at first. */
  public void fullDiskAccess(boolean granted) {
    flags.set("no-full-disk-access", !granted);
  }

  /** What profiles(1) says of the enrolment, such as {@code No}. */
  public void enrolment(String words) {
    flags.set("enrolment", words);
  }

  /** What stat(1) says of the flags of KernelExtensionManagement, {@code -} for none. */
  public void kextFolderFlags(String words) {
    flags.set("kext-folder-flags", words);
  }

  /** How a Defender of 10.13 answers to unknown arguments; no output and 1 at first. */
  public void answerToUnknownWords(int exit, String stdout, String stderr) {
    flags.remove("unknown-words");
    flags.setFolder(
        "unknown-words",
        Map.of("exit", Integer.toString(exit), "stdout", stdout, "stderr", stderr));
  }

  /** Whether the kernel has the kext. */
  public boolean isLoaded() {
    return flags.isSet("loaded");
  }

  /** Everything on it moves to another Mac, by a clone or by Migration Assistant. */
  public void moveTo(UUID hardware) {
    flags.set("hardware-uuid", hardware.toString().toUpperCase(Locale.ROOT));
  }

  /** A user logs in and owns dev/console. */
  public void logIn() throws IOException {
    write(CONSOLE, "", "rw-------");
    if (isRoot()) {
      Files.setAttribute(path(CONSOLE), "unix:uid", FIRST_USER_OF_A_MAC);
    }
  }

  /** The user logs out: dev/console is root's, or missing if the test does not run as root. */
  public void logOut() throws IOException {
    Files.deleteIfExists(path(CONSOLE));
    if (isRoot()) {
      write(CONSOLE, "", "rw-------");
    }
  }

  /** How long the Allow button is shown after a refused load, in whole seconds. */
  public void allowWindow(Duration window) {
    flags.set("allow-window", Long.toString(window.toSeconds()));
  }

  /** Whether macOS loads the kext when the user clicks Allow (it may: TN2459); off at first. */
  public void allowLoadsItself(boolean on) {
    flags.set("allow-loads-itself", on);
  }

  /** Whether a refused load leaves a row with allowed=0 (no recording has one); off at first. */
  public void pendingRow(boolean on) {
    flags.set("pending-row", on);
  }

  /** Whether Defender has Microsoft's signature; it has at first. */
  public void signed(boolean on) {
    flags.set("unsigned", !on);
  }

  /**
   * Makes the next call of a tool fail. A tool has at most one such fault at a time.
   *
   * @param tool its name, such as {@code mdatp}
   * @param delaySeconds how long the call takes, fractions allowed
   */
  public void fault(String tool, int exit, String stdout, String stderr, double delaySeconds) {
    String name = tool.equals("mdatp") ? MacLayout.MDATP : "bin/" + tool;
    if (MacLayout.TOOLS.stream().noneMatch(path -> path.endsWith(name))) {
      throw new IllegalArgumentException("this Mac has no tool " + tool);
    }
    flags.setFolder(
        "fault-" + tool,
        Map.of(
            "exit",
            Integer.toString(exit),
            "stdout",
            stdout,
            "stderr",
            stderr,
            "delay",
            Double.toString(delaySeconds)));
  }

  /** Runs SQL on the approval database, as an MDM or an admin could. Returns the output. */
  public String approvalDatabase(String sql) {
    return policy.run(sql);
  }

  public List<ToolCall> calls() {
    return flags.read("calls.log").stream().flatMap(String::lines).map(ToolCall::parse).toList();
  }

  /** The calls of one tool so far, oldest first. */
  public List<ToolCall> calls(String tool) {
    return calls().stream().filter(call -> call.tool().equals(tool)).toList();
  }

  /**
   * Installs the agent's settings and secret, as install.sh and the operator do.
   *
   * @param settings the content of config.json
   */
  public void prepareForAgent(Map<String, ?> settings, String secret) {
    String json = new Moshi.Builder().build().adapter(Object.class).indent("  ").toJson(settings);
    write(SUPPORT + "config.json", json + "\n", "rw-r-----");
    write(SUPPORT + "secret", secret + "\n", "rw-------");
  }

  private boolean isRoot() throws IOException {
    return Files.getAttribute(folder(), "unix:uid").equals(0);
  }

  private void load() {
    flags.set("loaded", model.defender());
  }
}
