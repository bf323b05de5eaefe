package org.kextwatch.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.kextwatch.agent.config.ValueType.Bounds;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.mac.TrustedFile;

/** Reads the managed preferences and the local settings file of a Mac. */
public final class SettingsReader {
  private static final int LIMIT_BYTES = 64 << 10;

  /** A profile contains more than settings. */
  private static final int DRAFT_BYTES = 1 << 20;

  private static final Duration TOOL_TIMEOUT = Duration.ofSeconds(10);

  private final SystemRoot root;
  private final Path local;
  private final Path managed;
  private final Bounds bounds;

  public SettingsReader(SystemRoot root) {
    this.root = root;
    this.local = root.resolve(AgentPaths.LOCAL_SETTINGS);
    this.managed = root.resolve(AgentPaths.MANAGED_SETTINGS);
    this.bounds = bounds(root);
  }

  /** Only a simulated Mac may use shorter times than a real one. */
  static Bounds bounds(SystemRoot root) {
    return root.isThisMac() ? Bounds.REAL_MAC : Bounds.SIMULATED_MAC;
  }

  /** Resolves the settings in force from both files and the last good values. */
  public ResolvedSettings read() {
    SettingsFile nowManaged = managed();
    SettingsFile nowLocal = local();
    boolean isGood =
        nowManaged.isThere() && nowManaged.problems().isEmpty() && nowLocal.problems().isEmpty();
    LastGood lastGood = isGood ? LastGood.NONE : lastGood();
    return EffectiveSettings.of(nowManaged, nowLocal, lastGood, Moment.now()).resolved();
  }

  /** The last good values of this Mac; the daemon warns if they cannot be read. */
  private LastGood lastGood() {
    try {
      LastGood saved = new LastGoodFile(root, new Disk()).read();
      return saved.isEmpty()
          ? saved
          : saved.onHardware(Hardware.of(new ToolRunner(root), TOOL_TIMEOUT).uuid());
    } catch (IOException e) {
      return LastGood.NONE;
    }
  }

  /** The managed preferences alone. */
  public SettingsFile managed() {
    return read(Origin.MANAGED, managed);
  }

  /** The local file alone. */
  public SettingsFile local() {
    return read(Origin.LOCAL, local);
  }

  /**
   * Reads a file that is meant for real Macs. Its place and owner do not matter.
   *
   * @throws IOException if it cannot be read
   */
  public static ResolvedSettings draft(Path draft) throws IOException {
    String name = draft.toString();
    byte[] bytes;
    try (InputStream in = Files.newInputStream(draft)) {
      bytes = in.readNBytes(DRAFT_BYTES + 1);
    }
    ResolvedFile resolved = ResolvedFile.ofDraft(draft(name, bytes));
    ResolvedFile managed =
        ResolvedFile.ofDraft(SettingsFile.missing(Origin.MANAGED, AgentPaths.MANAGED_SETTINGS));
    return ResolvedSettings.of(managed, resolved);
  }

  private static SettingsFile draft(String name, byte[] bytes) {
    try {
      SettingsText text = SettingsText.of(name, bytes, false);
      int limit = text.isPropertyList() ? DRAFT_BYTES : LIMIT_BYTES;
      if (bytes.length > limit) {
        throw new SettingsText.BadTextException(name + ": it is larger than " + limit + " bytes.");
      }
      SettingsParser parser = new SettingsParser(name, Bounds.REAL_MAC, text.lines());
      return text.isPropertyList()
          ? ProfileDraft.parse(name, text.top(), Bounds.REAL_MAC)
          : SettingsFile.of(Origin.LOCAL, name, parser.parse(text.top()));
    } catch (SettingsText.BadTextException e) {
      return SettingsFile.refused(Origin.LOCAL, name, e.problem());
    }
  }

  /** The stat of both files; while it is equal the files need not be read again. */
  public Object fingerprint() {
    return List.of(stat(managed), stat(local));
  }

  private static Object stat(Path file) {
    try {
      return List.of(
          FileStamp.read(file), Files.readAttributes(file.resolveSibling(""), "unix:mode,uid"));
    } catch (IOException e) {
      return Files.isSymbolicLink(file);
    }
  }

  private SettingsFile read(Origin origin, Path file) {
    String name = file.toString();
    try {
      return SettingsFile.parse(origin, name, TrustedFile.read(file, LIMIT_BYTES), bounds);
    } catch (NoSuchFileException e) {
      return Files.isSymbolicLink(file)
          ? SettingsFile.refused(
              origin, name, name + ": it is a link to a file that does not exist.")
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
