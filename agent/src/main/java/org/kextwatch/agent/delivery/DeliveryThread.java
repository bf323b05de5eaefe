package org.kextwatch.agent.delivery;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ThrottledLog;
import org.kextwatch.agent.spool.Spool;
import org.tinylog.Logger;

/**
 * The thread that empties the spool. It sends in order, one event at a time, and only what the
 * saved state counts; what fails stays and is tried again later.
 */
public final class DeliveryThread {
  /** The longest sleep: a Mac that wakes, or a clock that is set, is noticed within it. */
  private static final Duration TICK = Duration.ofSeconds(30);

  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ThrottledLog stumbling = new ThrottledLog("A step of the delivery");
  private final EventDispatcher courier;
  private final Semaphore wakes = new Semaphore(0);
  private final Object progress = new Object();
  private final Thread thread = new Thread(this::run, "delivery");
  private volatile boolean stopping;

  /**
   * A delivery, not started yet.
   *
   * @param version of this program
   * @param device anything that tells this Mac from others; its hash is the phase
   * @param heartbeat makes a heartbeat of this moment, on the delivery's thread; empty for none
   */
  public DeliveryThread(
      Spool spool,
      SystemRoot root,
      String version,
      String device,
      Settings settings,
      Supplier<Optional<CloudEvent>> heartbeat) {
    this(spool, root, version, device, settings, heartbeat, Moment::now, new SecureRandom());
  }

  DeliveryThread(
      Spool spool,
      SystemRoot root,
      String version,
      String device,
      Settings settings,
      Supplier<Optional<CloudEvent>> heartbeat,
      Supplier<Moment> clock,
      RandomGenerator random) {
    this.courier =
        new EventDispatcher(
            spool, root, version, Splay.of(device), settings, heartbeat, clock, random);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** Something may have changed: looks at once. */
  public void wake() {
    wakes.release();
  }

  /** The saved state counts all events up to this number; they may be sent. */
  public void committed(long sequence) {
    courier.committed(sequence);
    wake();
  }

  /** Goes on with other settings. Another webhook ends every pause. */
  public void use(Settings settings) {
    courier.use(settings);
    wake();
  }

  /** How delivery goes, for any thread. */
  public DeliveryState state() {
    return courier.state();
  }

  /**
   * Sends what can be sent now, holding nothing back.
   *
   * @param atMost how long to wait for it
   * @return whether everything that counts is delivered
   */
  public boolean flush(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    courier.expedite(true);
    wake();
    try {
      synchronized (progress) {
        for (long left = atMost.toNanos();
            left > 0 && thread.isAlive() && !courier.isDone();
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(progress, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      courier.expedite(false);
    }
    return courier.isEmpty();
  }

  /**
   * Flushes, then ends the thread. What was not delivered stays in the spool.
   *
   * @param atMost how long flushing may take
   */
  public void stop(Duration atMost) {
    flush(atMost);
    stopping = true;
    courier.cancel();
    wake();
    try {
      thread.join(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping) {
        Duration wait = step();
        synchronized (progress) {
          progress.notifyAll();
        }
        if (wait.compareTo(Duration.ZERO) > 0) {
          long millis = Math.min(wait.toMillis() + 1, TICK.toMillis());
          if (wakes.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            wakes.drainPermits();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    courier.close();
  }

  private Duration step() {
    try {
      Duration wait = courier.step();
      stumbling.worked().ifPresent(Logger::info);
      return wait;
    } catch (Throwable e) { // an Error too: nobody would miss a thread that ended without a word
      stumbling.failed(e.toString(), Moment.now()).ifPresent(line -> Logger.error(e, line));
      return courier.onInternalError(e);
    }
  }
}
