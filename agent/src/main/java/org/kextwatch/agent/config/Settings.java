package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator wants of this Mac, complete and within its bounds. Paths are the Mac's paths.
 *
 * @param maxDefinitionsAge older definitions are stale
 * @param includeDefenderIds whether Defender's own ids may leave the Mac
 * @param labels at most 16, told with every status
 */
public record Settings(
    Webhook webhook,
    Intervals pace,
    Loading loading,
    WatchedExtension extension,
    SpoolBounds spool,
    boolean expectPassiveMode,
    Duration maxDefinitionsAge,
    DeviceIdentity deviceIdentity,
    boolean includeDefenderIds,
    Map<String, String> labels,
    LogLevel logLevel) {

  public Settings {
    labels = Map.copyOf(labels);
  }

  /** Every key at its default: watch, keep events, speak to nobody. */
  public static Settings defaults() {
    return Keys.settings(Map.of());
  }

  /**
   * Where and how status is pushed.
   *
   * @param endpoint https, or http to a loopback address; {@code null} until configured
   * @param endpointFile a file that holds the endpoint, for URLs that are secrets
   * @param authorizationFile a file that holds the Authorization header's value, without its name
   * @param headers more headers for every request
   * @param caBundle PEM certificates, trusted besides the roots that come with Java; the Keychain
   *     is not read
   * @param clientKeystore PKCS#12 for mutual TLS: a private key with its certificate
   * @param proxy {@code system}, {@code none} or {@code host:port}
   */
  public record Webhook(
      @Nullable String endpoint,
      @Nullable String endpointFile,
      String secretFile,
      @Nullable String previousSecretFile,
      @Nullable String authorizationFile,
      Map<String, String> headers,
      @Nullable String caBundle,
      @Nullable String clientKeystore,
      @Nullable String clientKeystorePasswordFile,
      String proxy,
      @Nullable String proxyCredentialsFile) {

    public Webhook {
      headers = Map.copyOf(headers);
    }

    /** Whether anybody is to be told at all. */
    public boolean hasEndpoint() {
      return endpoint != null || endpointFile != null;
    }

    /** Without its values: the endpoint and the headers can be secrets. */
    @Override
    public String toString() {
      return "Webhook[" + (hasEndpoint() ? "set" : "unset") + "]";
    }
  }

  /**
   * How often things are done.
   *
   * @param health between two looks while all is well
   * @param atRisk between two looks while the Mac is at risk
   * @param heartbeat between two signs of life
   * @param confirm a fall on health alone is looked at again after this
   * @param settle after boot or an update a fall of health is held this long
   * @param toolTimeout for every tool but the loader
   */
  public record Intervals(
      Duration health,
      Duration atRisk,
      Duration heartbeat,
      Duration confirm,
      Duration settle,
      Duration toolTimeout) {

    /** Between two looks at a Mac of which the last look said this. */
    public Duration between(boolean atRisk) {
      return atRisk ? this.atRisk : health;
    }
  }

  /**
   * When the loader may run.
   *
   * @param whenApproved load the kext once a grant is there
   * @param renewPrompt keep the Allow button alive until then
   * @param renewalInterval between two renewals, below the 30 minutes that the button lives
   * @param maxAttempts for one grant
   * @param timeout of one run; kextutil alone may wait 90 s for its lock (kext_tools,
   *     LOCK_MAXTRIES)
   */
  public record Loading(
      boolean whenApproved,
      boolean renewPrompt,
      Duration renewalInterval,
      int maxAttempts,
      Duration timeout) {}

  /** The kernel extension to watch, Defender's unless the settings name another. */
  public record WatchedExtension(String path, String bundleId, String teamId) {
    public static final WatchedExtension DEFENDER =
        new WatchedExtension(
            "/Library/Extensions/wdavkext.kext", "com.microsoft.wdavkext", "UBF8T346G9");
  }

  /** How much the spool may hold. */
  public record SpoolBounds(int maxEvents, long maxBytes, Duration maxAge) {}

  /** Whether a random id stands for serial number, UUID and names. */
  public enum DeviceIdentity {
    FULL,
    MINIMAL
  }

  /** How much the log tells. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
