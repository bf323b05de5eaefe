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
 * recorded on real Macs, its approval database is a real one. The methods are what the user and the
 * world do to it; what the tools do shows in {@link #calls}.
 *
 * <p>Somebody is logged in from the start. What is not known of real Macs is a switch.
 */
public final class SimulatedMac {
  private static final String SUPPORT = "Library/Application Support/Kextwatch/";
  private static final String DATABASE = "private/var/db/SystemPolicyConfiguration/KextPolicy";
  private static final int FIRST_USER_OF_A_MAC = 501;

  /** Apple TN2459: the Allow button lives for 30 minutes after the alert. */
  private static final Duration ALLOW_WINDOW = Duration.ofMinutes(30);

  private final Path root;
  private final MacModel model;
  private final SimulatedExtensions extensions;
  private final MacLayout layout;
  private final SimFlags levers;
  private final SimulatedKextPolicy policy;

  private SimulatedMac(Path root, MacModel model, Path sqlite3) {
    this.root = root;
    this.model = model;
    this.layout = new MacLayout(root, model);
    this.levers = new SimFlags(root.resolve("sim"));
    this.extensions = new SimulatedExtensions(model, layout, levers);
    this.policy = new SimulatedKextPolicy(sqlite3, root.resolve(DATABASE));
  }

  /** Makes a folder a Mac of 10.14 whose kernel extension nobody has approved yet. */
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
    layout.write();
    layout.file("sim/sqlite3", "#!/bin/sh\nexec " + sqlite3 + " \"$@\"\n", "rwxr-xr-x");
    layout.file(DATABASE, "", "rw-------");
    policy.create(model.schema());
    levers.set("defender", model.defender());
    levers.set("uses", model.fact("uses").orElseThrow());
    levers.set("blocked", model.fact("blocked").orElse("false"));
    levers.set("answers-text", model.fact("answers").isPresent());
    extensions.create();
    answerToUnknownWords(1, "", "");
    enrolment("Yes (User Approved)");
    kextFolderFlags("restricted");
    allowWindow(ALLOW_WINDOW);
    restart();
    logIn();
  }

  public Path root() {
    return root;
  }

  /** Where a file of the Mac is, such as {@code /usr/bin/kextutil}. */
  public Path path(String macPath) {
    return root.resolve(macPath.substring(1));
  }

  /** Whether Security &amp; Privacy shows the Allow button: a load was refused not long ago. */
  public boolean allowButtonVisible() {
    return levers
        .read("alert-until")
        .map(Long::parseLong)
        .filter(until -> Instant.now().isBefore(Instant.ofEpochSecond(until)))
        .isPresent();
  }

  /** The user clicks Allow, if it is there; whether it was. */
  public boolean clickAllow() {
    if (!allowButtonVisible()) {
      return false;
    }
    if (levers.isSet("allow-loads-itself")) {
      load(); // before anybody can see the grant, and load it too
    }
    policy.approveAsUser();
    levers.clear("alert-until");
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

  /** A new boot; at boot macOS loads what is approved. */
  public void restart() {
    levers.clear("loaded");
    levers.clear("alert-until");
    levers.set("boot-uuid", UUID.randomUUID().toString().toUpperCase(Locale.ROOT));
    extensions.restart();
    if (layout.has(MacLayout.KEXT) && policy.isApproved()) {
      load();
    }
  }

  /** Its system extensions, of which only the Macs from 10.15 on can have some. */
  public SimulatedExtensions systemExtensions() {
    return extensions;
  }

  /** Defender is replaced by one with system extensions, which wait for the user. */
  public void updateToSystemExtensions(String version) {
    levers.set("uses", "system-extensions");
    levers.set("defender", version);
    layout.remove("Library/Extensions/wdavkext.kext");
    extensions.putBoth(version, SimulatedExtensions.WAITING);
  }

  /** A kext of an earlier Defender lies where it was, as after an upgrade of macOS. */
  public void leaveKext() {
    try {
      layout.file(MacLayout.KEXT, model.file(MacLayout.KEXT), "rw-r--r--");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether Defender may read the whole disk; it may at first. */
  public void fullDiskAccess(boolean granted) {
    levers.set("no-full-disk-access", !granted);
  }

  /** What profiles(1) says of the enrolment, such as {@code No}. */
  public void enrolment(String words) {
    levers.set("enrolment", words);
  }

  /** What stat(1) says of the flags of KernelExtensionManagement, {@code -} for none. */
  public void kextFolderFlags(String flags) {
    levers.set("kext-folder-flags", flags);
  }

  /** How a Defender of 10.13 answers to what only later ones know; silence and 1 at first. */
  public void answerToUnknownWords(int exit, String stdout, String stderr) {
    levers.remove("unknown-words");
    levers.setFolder(
        "unknown-words",
        Map.of("exit", Integer.toString(exit), "stdout", stdout, "stderr", stderr));
  }

  /** Whether the kernel has the kext. */
  public boolean isLoaded() {
    return levers.isSet("loaded");
  }

  /** Everything on it moves to another Mac, by a clone or by Migration Assistant. */
  public void moveTo(UUID hardware) {
    levers.set("hardware-uuid", hardware.toString().toUpperCase(Locale.ROOT));
  }

  /** Somebody sits before the Mac: dev/console is theirs. */
  public void logIn() throws IOException {
    layout.file("dev/console", "", "rw-------");
    if (isRoot()) {
      Files.setAttribute(root.resolve("dev/console"), "unix:uid", FIRST_USER_OF_A_MAC);
    }
  }

  /** Nobody does: dev/console is root's, or is not there where only root could give it away. */
  public void logOut() throws IOException {
    Files.deleteIfExists(root.resolve("dev/console"));
    if (isRoot()) {
      layout.file("dev/console", "", "rw-------");
    }
  }

  /** How long the Allow button lives after a refused load, in whole seconds. */
  public void allowWindow(Duration window) {
    levers.set("allow-window", Long.toString(window.toSeconds()));
  }

  /** Whether macOS loads the kext when the user clicks Allow (it may: TN2459); off at first. */
  public void allowLoadsItself(boolean on) {
    levers.set("allow-loads-itself", on);
  }

  /** Whether a refused load leaves a row with allowed=0 (nobody recorded one); off at first. */
  public void pendingRow(boolean on) {
    levers.set("pending-row", on);
  }

  /** Whether Defender bears Microsoft's signature; it does at first. */
  public void signed(boolean on) {
    levers.set("unsigned", !on);
  }

  /**
   * The next call of a tool goes wrong, whatever it would have done. One fault of a tool can wait
   * at a time.
   *
   * @param tool its name, such as {@code mdatp}
   * @param delaySeconds how long it takes, fractions allowed
   */
  public void fault(String tool, int exit, String stdout, String stderr, double delaySeconds) {
    String name = tool.equals("mdatp") ? MacLayout.MDATP : "bin/" + tool;
    if (MacLayout.TOOLS.stream().noneMatch(path -> path.endsWith(name))) {
      throw new IllegalArgumentException("this Mac has no tool " + tool);
    }
    levers.setFolder(
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

  public List<ToolCall> calls() {
    return levers.read("calls.log").stream().flatMap(String::lines).map(ToolCall::parse).toList();
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

  /** Writes a public file of the Mac, such as a CA bundle, with its folders. */
  public void put(String macPath, String content) {
    write(macPath.substring(1), content, "rw-r--r--");
  }

  private boolean isRoot() throws IOException {
    return Files.getAttribute(root, "unix:uid").equals(0);
  }

  private void write(String path, String content, String mode) {
    try {
      layout.file(path, content, mode);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void load() {
    levers.set("loaded", model.defender());
  }
}
