package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;
import org.tinylog.configuration.Configuration;
import org.tinylog.provider.ProviderRegistry;

/**
 * The daemon's own log: it rolls by size and is never more than a few MiB, whatever happens. It is
 * closed by us, last, and not by the logger's own shutdown hook, which would race our last lines.
 */
public final class AgentLog {
  public static final String FOLDER = "/Library/Logs/Kextwatch";

  private static final int FILES = 4;

  private AgentLog() {}

  /**
   * Opens the log, before anything is logged.
   *
   * @throws IOException if its folder cannot be made, or is a link
   */
  public static void open(SystemRoot root, Settings.LogLevel level) throws IOException {
    Path folder = root.resolve(FOLDER);
    if (Files.isSymbolicLink(folder)) {
      throw new IOException(folder + " is a link; remove it");
    }
    Files.createDirectories(folder);
    Configuration.set("level", level.name().toLowerCase(Locale.ROOT));
    Configuration.set("writer", "rolling file");
    Configuration.set("writer.file", folder + "/agent-{count}.log");
    Configuration.set("writer.latest", folder + "/agent.log");
    Configuration.set("writer.policies", "size: 1mb");
    Configuration.set("writer.backups", String.valueOf(FILES));
    Configuration.set(
        "writer.format", "{date: yyyy-MM-dd'T'HH:mm:ss.SSSXXX} {level} {class-name}: {message}");
  }

  /** Writes out what is left. */
  public static void close() {
    try {
      ProviderRegistry.getLoggingProvider().shutdown();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
