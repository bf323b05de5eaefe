package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.tinylog.Level;
import org.tinylog.configuration.Configuration;
import org.tinylog.provider.ProviderRegistry;

/**
 * The daemon's own log: it rolls by size and never takes more than a few MiB. It is closed last by
 * the agent and not by the logger's own shutdown hook, which would race the last lines. Its folder
 * keeps other users out, because the modes of the files depend on the umask.
 */
public final class AgentLog {
  private static final int FILES = 4;
  private static final int BYTES = 1 << 20;

  private static boolean isOpen;
  private static volatile List<String> warnings = List.of();

  private AgentLog() {}

  /** Opens the log, before anything is logged. If that fails, the daemon runs without a log. */
  public static synchronized void open(SystemRoot root, Level level) {
    if (isOpen) {
      return; // the logger takes its settings once
    }
    Path folder = root.resolve(AgentPaths.LOG_FOLDER);
    try {
      prepare(folder);
    } catch (IOException | DirectoryIteratorException e) {
      warnings = List.of("There is no log: " + e.getMessage());
      return;
    }
    warnings = List.of();
    isOpen = true;
    Configuration.set("level", EnumWord.of(level));
    Configuration.set("writer", RollingLog.class.getName());
    Configuration.set("writer.file", folder + "/agent.log");
    Configuration.set("writer.bytes", String.valueOf(BYTES));
    Configuration.set("writer.backups", String.valueOf(FILES));
    Configuration.set(
        "writer.format", "{date: yyyy-MM-dd'T'HH:mm:ss.SSSXXX} {level} {class-name}: {message}");
  }

  /** The reason why there is no log; empty if there is one. */
  public static List<String> warnings() {
    return warnings;
  }

  /** Rejects links and pipes, because the logger would follow the one and wait for the other. */
  private static void prepare(Path folder) throws IOException {
    new Disk().makeFolder(folder, "rwxr-x---");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "agent*.log")) {
      for (Path file : files) {
        boolean isLatest = file.endsWith("agent.log") && Files.isSymbolicLink(file);
        if (!isLatest && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          throw new IOException(file + " is not a regular file; remove it");
        }
      }
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-x---"));
    Files.delete(Files.createTempFile(folder, ".probe", null)); // a full or read-only disk
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
