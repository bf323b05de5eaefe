package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.tinylog.Logger;

/**
 * Ends a daemon that hangs, so that launchd starts it again. It touches no disk, because the disk
 * may be what hangs; so the log line is written by another thread, made beforehand.
 */
final class Watchdog {
  /** How long the last log line may take. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  /** The highest that the settings allow; in force until they are read. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

  private final LongSupplier endedTools;
  private final Duration tick;
  private final Duration patience;
  private final AtomicLong endedSteps = new AtomicLong();
  private final Thread thread = new Thread(this::watch, "watchdog");
  private final Thread lastWords = new Thread(this::sayWhy, "last-words");
  private final Thread watched = Thread.currentThread();

  private volatile Duration longestTimeout = LONGEST_TIMEOUT;
  private volatile StallDetector standstill = StallDetector.none();

  /**
   * Watches the thread that makes it.
   *
   * @param endedTools how many tools have ended since the start
   * @param tick between two looks, and the most that one counts
   * @param patience beyond the longest timeout
   */
  Watchdog(LongSupplier endedTools, Duration tick, Duration patience) {
    this.endedTools = endedTools;
    this.tick = tick;
    this.patience = patience;
    thread.setDaemon(true);
    lastWords.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** A step of the daemon has ended, with or without success. */
  void stepEnded() {
    endedSteps.incrementAndGet();
  }

  /** Goes on with other settings: no tool may take longer than this by itself. */
  void use(Settings settings) {
    Duration tool = settings.get(Keys.TOOL_TIMEOUT);
    Duration loader = settings.get(Keys.LOAD_TIMEOUT);
    longestTimeout = tool.compareTo(loader) > 0 ? tool : loader;
  }

  private void watch() {
    long before = System.nanoTime();
    while (!standstill.isOver(patience, longestTimeout)) {
      try {
        Thread.sleep(tick.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      long now = System.nanoTime();
      long ended = endedTools.getAsLong() + endedSteps.get();
      standstill = standstill.after(ended, Duration.ofNanos(now - before), tick);
      before = now;
    }
    halt();
  }

  private void halt() {
    try {
      lastWords.start();
      lastWords.join(LAST_WORDS.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().halt(DaemonProcess.FAILED);
    }
  }

  private void sayWhy() {
    Throwable where = new Throwable("where it hangs");
    where.setStackTrace(watched.getStackTrace());
    Logger.error(
        where,
        "Nothing has ended for {} s: Kextwatch hangs and ends with {}, launchd starts it again",
        standstill.lasted().toSeconds(),
        DaemonProcess.FAILED);
  }
}
