package org.kextwatch.agent.approval;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Policies;
import org.kextwatch.agent.status.SystemExtension;

/**
 * What a look at a Mac's extension has found, without the Mac: evidence for the same derivation.
 *
 * @param version of the kext on disk, null if there is none
 * @param rows null if they could not be read
 */
public record ModelSight(
    MacVersion macOs,
    String bootId,
    String version,
    KernelEntry listed,
    Grant grant,
    Boolean userMayApprove,
    List<SystemExtension> rows) {

  /** As {@link ExtensionReader#read} makes it of files and tools. */
  public ExtensionReader.ExtensionSnapshot read(
      LoadHistory history, Instant now, String subsystem) {
    LoadHistory counted =
        history.seen(now, bootId, version, grant).allowing(false).listing(now, listed.loaded());
    Evidence evidence =
        new Evidence(
            Optional.of(macOs),
            version != null,
            version,
            listed,
            grant,
            "",
            new ManagedPolicy(userMayApprove, false, "", Policies.NONE),
            counted,
            subsystem,
            rows,
            ManagedPolicy.NONE);
    return new ExtensionReader.ExtensionSnapshot(
        Derivation.extension(WatchedExtension.DEFENDER, evidence), Policies.NONE, counted);
  }
}
