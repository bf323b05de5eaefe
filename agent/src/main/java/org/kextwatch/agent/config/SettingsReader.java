package org.kextwatch.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.kextwatch.agent.config.Key.Bounds;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.mac.TrustedFile;

/**
 * Reads what the operator wants of this Mac: managed preferences over the local file over the
 * defaults, key by key.
 */
public final class SettingsReader {
  public static final String LOCAL_FILE = "/Library/Application Support/Kextwatch/config.json";

  /** Where macOS puts the payload of a profile for our domain (as osquery and Santa read it). */
  public static final String MANAGED_FILE =
      "/Library/Managed Preferences/org.kextwatch.agent.plist";

  private static final int LIMIT_BYTES = 64 << 10;

  /** A profile has more in it than settings. */
  private static final int DRAFT_BYTES = 1 << 20;

  private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(10);

  private final SystemRoot root;
  private final Path local;
  private final Path managed;
  private final Bounds bounds;

  public SettingsReader(SystemRoot root) {
    this.root = root;
    this.local = root.resolve(LOCAL_FILE);
    this.managed = root.resolve(MANAGED_FILE);
    this.bounds = bounds(root);
  }

  /** A simulated Mac may be quick; what is meant for a real one never is. */
  static Bounds bounds(SystemRoot root) {
    return root.isThisMac() ? Bounds.REAL_MAC : Bounds.SIMULATED_MAC;
  }

  /** Reads what is in force: both files, and what was last good of what is refused. */
  public ResolvedSettings read() {
    SettingsFile nowManaged = managed();
    SettingsFile nowLocal = local();
    boolean isGood =
        nowManaged.isThere() && nowManaged.problems().isEmpty() && nowLocal.problems().isEmpty();
    LastGood lastGood = isGood ? LastGood.NONE : lastGood();
    return EffectiveSettings.of(nowManaged, nowLocal, lastGood, Moment.now()).reading();
  }

  /** What this Mac has kept; the daemon says if it cannot be read. */
  private LastGood lastGood() {
    try {
      LastGood kept = new LastGoodFile(root, new Disk()).read();
      return kept.isEmpty()
          ? kept
          : kept.onHardware(Hardware.of(new ToolRunner(root), TOOL_TIMEOUT).uuid());
    } catch (IOException e) {
      return LastGood.NONE;
    }
  }

  /** The managed preferences alone. */
  public SettingsFile managed() {
    return source(Origin.MANAGED, managed);
  }

  /** The local file alone. */
  public SettingsFile local() {
    return source(Origin.LOCAL, local);
  }

  /**
   * Reads a file that somebody means to deploy on real Macs, wherever it lies and whoever owns it.
   *
   * @throws IOException if it cannot be read
   */
  public static ResolvedSettings draft(Path draft) throws IOException {
    String name = draft.toString();
    byte[] bytes;
    try (InputStream in = Files.newInputStream(draft)) {
      bytes = in.readNBytes(DRAFT_BYTES + 1);
    }
    ResolvedFile voice = ResolvedFile.ofDraft(draft(name, bytes));
    ResolvedFile nobody = ResolvedFile.ofDraft(SettingsFile.missing(Origin.MANAGED, MANAGED_FILE));
    return ResolvedSettings.of(nobody, voice);
  }

  private static SettingsFile draft(String name, byte[] bytes) {
    try {
      SettingsText text = SettingsText.of(name, bytes, false);
      int limit = text.isPropertyList() ? DRAFT_BYTES : LIMIT_BYTES;
      if (bytes.length > limit) {
        throw new SettingsText.BadText(name + ": it is larger than " + limit + " bytes.");
      }
      Findings found = new Findings(name, Bounds.REAL_MAC, text.lines());
      return text.isPropertyList()
          ? ProfileDraft.understand(name, text.top(), Bounds.REAL_MAC)
          : SettingsFile.of(Origin.LOCAL, name, found.of(text.top()));
    } catch (SettingsText.BadText e) {
      return SettingsFile.refused(Origin.LOCAL, name, e.problem());
    }
  }

  /** What stat shows of both files: while it is the same there is nothing new to read. */
  public Object fingerprint() {
    return List.of(stat(managed), stat(local));
  }

  private static Object stat(Path file) {
    try {
      return List.of(
          Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime"),
          Files.readAttributes(file.resolveSibling(""), "unix:mode,uid"));
    } catch (IOException e) {
      return Files.isSymbolicLink(file);
    }
  }

  private SettingsFile source(Origin origin, Path file) {
    String name = file.toString();
    try {
      return SettingsFile.understand(origin, name, TrustedFile.read(file, LIMIT_BYTES), bounds);
    } catch (NoSuchFileException e) {
      return Files.isSymbolicLink(file)
          ? SettingsFile.refused(origin, name, name + ": it is a link to what is not there.")
          : SettingsFile.missing(origin, name);
    } catch (RefusedPathException e) {
      return SettingsFile.refused(origin, name, e.reason());
    } catch (AccessDeniedException e) {
      return SettingsFile.refused(origin, name, name + ": this user may not read it; try sudo.");
    } catch (IOException e) {
      return SettingsFile.refused(
          origin, name, name + ": it cannot be read: " + e.getMessage() + ".");
    }
  }
}
