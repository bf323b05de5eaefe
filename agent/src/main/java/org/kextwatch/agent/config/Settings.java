package org.kextwatch.agent.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Secrecy;
import org.kextwatch.agent.config.Key.Section;
import org.kextwatch.agent.mac.SystemPaths;

/** The settings of this Mac, complete and within their bounds. Paths are the Mac's paths. */
public record Settings(Values values) {
  /** Every setting at its default: watch, keep events, send nothing. */
  public static Settings defaults() {
    return of(Map.of());
  }

  /**
   * Makes complete settings.
   *
   * @param set parsed values by the name of their key
   */
  static Settings of(Map<String, Object> set) {
    return new Settings(Values.complete(set));
  }

  public Webhook webhook() {
    return new Webhook(values.in(Section.WEBHOOK));
  }

  public Intervals intervals() {
    return new Intervals(values.in(Section.INTERVALS));
  }

  public Loading loading() {
    return new Loading(values.in(Section.LOADING));
  }

  public WatchedExtension extension() {
    return new WatchedExtension(
        values.get(Keys.EXTENSION_PATH),
        values.get(Keys.EXTENSION_BUNDLE),
        values.get(Keys.EXTENSION_TEAM));
  }

  public SpoolBounds spool() {
    return new SpoolBounds(
        values.get(Keys.SPOOL_EVENTS), values.get(Keys.SPOOL_BYTES), values.get(Keys.SPOOL_AGE));
  }

  public boolean expectPassiveMode() {
    return values.get(Keys.EXPECT_PASSIVE);
  }

  /** Older definitions are stale. */
  public Duration maxDefinitionsAge() {
    return values.get(Keys.MAX_DEFINITIONS_AGE);
  }

  public DeviceIdentity deviceIdentity() {
    return values.get(Keys.IDENTITY);
  }

  /** Whether Defender's own ids may leave the Mac. */
  public boolean includeDefenderIds() {
    return values.get(Keys.DEFENDER_IDS);
  }

  /** At most 16; they are in every status. */
  public Map<String, String> labels() {
    return values.get(Keys.LABELS);
  }

  public LogLevel logLevel() {
    return values.get(Keys.LOG_LEVEL);
  }

  /** Where and how events are sent. */
  public record Webhook(Values values) {
    public @Nullable String endpoint() {
      return values.find(Keys.ENDPOINT);
    }

    public @Nullable String endpointFile() {
      return values.find(Keys.ENDPOINT_FILE);
    }

    public boolean hasEndpoint() {
      return endpoint() != null || endpointFile() != null;
    }

    public String secretFile() {
      return values.get(Keys.SECRET_FILE);
    }

    public @Nullable String previousSecretFile() {
      return values.find(Keys.PREVIOUS_SECRET_FILE);
    }

    public @Nullable String authorizationFile() {
      return values.find(Keys.AUTHORIZATION_FILE);
    }

    public Map<String, String> headers() {
      return values.get(Keys.HEADERS);
    }

    public @Nullable String secretHeadersFile() {
      return values.find(Keys.SECRET_HEADERS_FILE);
    }

    public @Nullable String caBundle() {
      return values.find(Keys.CA_BUNDLE);
    }

    public @Nullable String clientKeystore() {
      return values.find(Keys.CLIENT_KEYSTORE);
    }

    public @Nullable String clientKeystorePasswordFile() {
      return values.find(Keys.CLIENT_KEYSTORE_PASSWORD_FILE);
    }

    /** The paths of all files that these settings name. */
    public List<String> files() {
      return paths(key -> key.type() == ValueTypes.PATH);
    }

    /** The paths of those that contain a secret. */
    public List<String> secretFiles() {
      return paths(key -> key.secrecy() == Secrecy.SECRET_FILE);
    }

    private List<String> paths(Predicate<Key<?>> condition) {
      return Keys.all().stream()
          .filter(condition)
          .map(key -> values.byName().get(key.name()))
          .filter(String.class::isInstance)
          .map(String.class::cast)
          .toList();
    }

    /** {@code system}, {@code none} or {@code host:port}. */
    public String proxy() {
      return values.get(Keys.PROXY);
    }

    public @Nullable String proxyCredentialsFile() {
      return values.find(Keys.PROXY_CREDENTIALS_FILE);
    }
  }

  /** How often things are done, and how long they may take. */
  public record Intervals(Values values) {
    public Duration health() {
      return values.get(Keys.HEALTH);
    }

    public Duration atRisk() {
      return values.get(Keys.AT_RISK);
    }

    /** The interval between two looks at a Mac that was or was not at risk at the last one. */
    public Duration between(boolean wasAtRisk) {
      return wasAtRisk ? atRisk() : health();
    }

    /** Zero: no heartbeat is sent. */
    public Duration heartbeat() {
      return values.get(Keys.HEARTBEAT);
    }

    public Duration confirm() {
      return values.get(Keys.CONFIRM);
    }

    public Duration settle() {
      return values.get(Keys.SETTLE);
    }

    /** For every tool except the loader. */
    public Duration toolTimeout() {
      return values.get(Keys.TOOL_TIMEOUT);
    }
  }

  /** When the loader, kextutil, may run. */
  public record Loading(Values values) {
    /** Load the kext once it is approved. */
    public boolean whenApproved() {
      return values.get(Keys.LOAD_APPROVED);
    }

    /** Until then run it too, so that macOS keeps offering Allow. */
    public boolean renewPrompt() {
      return values.get(Keys.RENEW_PROMPT);
    }

    /** Below the 30 minutes for which macOS offers Allow. */
    public Duration renewalInterval() {
      return values.get(Keys.RENEWAL);
    }

    /** For one grant. */
    public int maxAttempts() {
      return values.get(Keys.MAX_LOADS);
    }

    /** For one run; kextutil alone may wait 90 s for its lock (kext_tools, LOCK_MAXTRIES). */
    public Duration timeout() {
      return values.get(Keys.LOAD_TIMEOUT);
    }
  }

  /** The kernel extension to watch, Defender's unless the settings name another. */
  public record WatchedExtension(String path, String bundleId, String teamId) {
    public static final WatchedExtension DEFENDER =
        new WatchedExtension(SystemPaths.DEFENDER_KEXT, "com.microsoft.wdavkext", "UBF8T346G9");
  }

  /** How much the spool may hold. */
  public record SpoolBounds(int maxEvents, long maxBytes, Duration maxAge) {}

  /** How status and events name this Mac. */
  public enum DeviceIdentity {
    /** Serial number, UUID and computer name. */
    FULL,
    /** Serial number and UUID. */
    SERIAL,
    /** A random UUID in place of them all. */
    MINIMAL
  }

  /** How much is logged. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
