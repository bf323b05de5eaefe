package org.kextwatch.agent.approval;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionListing;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.SystemExtension;

/** Reads everything that shows the state of Defender's extension on this Mac. */
public final class ExtensionReader {
  /** If Defender has system extensions, KextPolicy does not matter. */
  private static final PolicyResult NOT_ASKED = new PolicyResult.Unreadable("it was not asked");

  private final SystemRoot root;
  private final ToolRunner tools;
  private final KernelList kernel;
  private final KernelMemory kernelMemory;
  private final KextPolicyDatabase database;
  private final PolicyMemory policies;
  private final PlistCache plists;
  private final SystemExtensionList systemExtensions;
  private boolean isAwaited;

  public ExtensionReader(SystemRoot root, ToolRunner tools) {
    this.root = root;
    this.tools = tools;
    this.kernel = new KernelList(tools);
    this.kernelMemory = new KernelMemory(kernel);
    this.database = new KextPolicyDatabase(root, tools);
    this.policies = new PolicyMemory(database);
    this.plists = new PlistCache(root);
    this.systemExtensions = new SystemExtensionList(plists, tools);
  }

  /**
   * Reads the extension's state. This takes as long as the tools that it runs, each of which has a
   * timeout. A file that did not change is read again after an hour at the latest.
   *
   * @param macOs empty if its version cannot be read
   * @param history the attempts so far
   * @param bootId of the running boot, {@code null} if not known
   * @param enrolled whether an MDM manages this Mac, {@code null} if not known
   * @param subsystem with what Defender says that it protects, {@code null} if it does not say
   */
  public ExtensionSnapshot read(
      Settings settings,
      Optional<MacVersion> macOs,
      LoadHistory history,
      Moment now,
      @Nullable String bootId,
      @Nullable Boolean enrolled,
      @Nullable String subsystem) {
    WatchedExtension watched = settings.extension();
    Duration timeout = settings.get(Keys.TOOL_TIMEOUT);
    plists.beginLook(now);
    KextBundle kext = KextBundle.of(plists, watched);
    ExtensionListing listing =
        macOs.filter(MacVersion::isBeforeCatalina).isPresent()
            ? ExtensionListing.NOT_LISTED
            : systemExtensions.read(timeout);
    List<SystemExtension> rows = SystemExtensions.ofDefender(listing.rows());
    boolean isWithoutKext = Derivation.isWithoutKext(watched, macOs, subsystem, rows);
    PolicyResult policy =
        isWithoutKext ? NOT_ASKED : policies.read(watched, timeout, now, isAwaited);
    KernelEntry listed =
        isWithoutKext
            ? KernelEntry.UNKNOWN
            : kernelMemory.listed(watched, timeout, policy, history.last(), isAwaited);
    ManagedPolicy kernelPolicy = ManagedPolicy.kernel(plists, watched, policy, enrolled);
    LoadHistory counted =
        history
            .seen(now.wall(), bootId, kext.version(), policy.grant())
            .allowing(kernelPolicy.allows())
            .listing(now.wall(), listed.loaded());
    Evidence evidence =
        new Evidence(
            macOs,
            kext.exists(),
            kext.version(),
            listed,
            policy.grant(),
            policy.evidence(),
            kernelPolicy,
            counted,
            subsystem,
            rows,
            ManagedPolicy.system(plists, listing.policies()));
    Extension extension = Derivation.extension(watched, evidence);
    isAwaited = extension.isAwaited();
    return new ExtensionSnapshot(extension, evidence.policy(extension.kind()).details(), counted);
  }

  /** A full look begins: what was known of the kernel's list does not count. */
  public void beginFullLook() {
    kernelMemory.forget();
  }

  /** The entry in the kernel's own list, to be read right before and after a load. */
  public KernelEntry listed(Settings settings) {
    return kernel.listed(settings.extension(), settings.get(Keys.TOOL_TIMEOUT));
  }

  /**
   * Warnings for people about how this Mac treats kexts. They rarely change: once an hour is
   * enough.
   */
  public List<String> warnings(Settings settings) {
    boolean kextsAreLoaded = MacVersion.of(plists).filter(v -> !v.isBigSurOrLater()).isPresent();
    return kextsAreLoaded
            && Boolean.TRUE.equals(KextBundle.of(plists, settings.extension()).exists())
        ? StagingFolder.warning(root, tools, settings.get(Keys.TOOL_TIMEOUT)).stream().toList()
        : List.of();
  }

  /** By stat alone: whether the approval database may have changed since another look. */
  public List<FileStamp> databaseStamps() {
    return database.stamps();
  }

  /**
   * By stat alone: whether macOS may have written down a switch of a system extension, or another
   * policy, since another look.
   */
  public List<FileStamp> stamps() {
    return Stream.of(
            SystemPaths.SYSTEM_EXTENSIONS,
            SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY,
            SystemPaths.MANAGED_KEXT_POLICY)
        .map(path -> FileStamp.of(root.resolve(path)))
        .toList();
  }

  /**
   * The result of one look.
   *
   * @param policies what profiles say about extensions of its kind
   * @param history as it counts after this look
   */
  public record ExtensionSnapshot(Extension extension, Policies policies, LoadHistory history) {}
}
