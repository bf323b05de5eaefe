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
 * The thread that delivers the events of the spool, in order and one at a time. It sends only what
 * the saved state counts; what fails stays in the spool and is tried again.
 */
public final class DeliveryThread {
  /** The longest wait while all is well. After a sleep of the Mac the daemon wakes this thread. */
  private static final Duration LONGEST_REST = Duration.ofMinutes(5);

  /** The longest wait otherwise, because somebody may correct a file that the settings name. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ThrottledLog stepLog = new ThrottledLog("A step of the delivery");
  private final EventDispatcher dispatcher;
  private final Semaphore wakes = new Semaphore(0);
  private final Object progress = new Object();
  private final Thread thread = new Thread(this::run, "delivery");
  private volatile boolean stopping;

  /**
   * Makes the thread, which {@link #start} starts.
   *
   * @param version of this program
   * @param device any text that identifies this Mac; its hash is the splay
   * @param heartbeat makes a heartbeat when it is due, on this thread; empty if there is none
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
    this.dispatcher =
        new EventDispatcher(
            spool, root, version, Splay.of(device), settings, heartbeat, clock, random);
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /** Does the next step at once. */
  public void wake() {
    wakes.release();
  }

  /** The saved state counts events up to this number: they may be sent. */
  public void committed(long sequence) {
    dispatcher.committed(sequence);
    wake();
  }

  /** Uses these settings from now on. A change of the webhook ends every pause. */
  public void use(Settings settings) {
    dispatcher.use(settings);
    wake();
  }

  /** The state of the delivery. Thread-safe. */
  public DeliveryState state() {
    return dispatcher.state();
  }

  /**
   * Sends all that can be sent now, without splay.
   *
   * @param atMost how long to wait for that
   * @return whether every event that may be sent is delivered
   */
  public boolean flush(Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    dispatcher.expedite(true);
    wake();
    try {
      synchronized (progress) {
        for (long left = atMost.toNanos();
            left > 0 && thread.isAlive() && !dispatcher.isDone();
            left = end - System.nanoTime()) {
          TimeUnit.NANOSECONDS.timedWait(progress, left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      dispatcher.expedite(false);
    }
    return dispatcher.isEmpty();
  }

  /**
   * Flushes, then ends the thread. Events that are not delivered stay in the spool.
   *
   * @param atMost how long the flush may take
   */
  public void stop(Duration atMost) {
    flush(atMost);
    stopping = true;
    dispatcher.cancel();
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
          Duration longest = dispatcher.isDelivering() ? LONGEST_REST : LONGEST_PAUSE;
          long millis = Math.min(wait.toMillis() + 1, longest.toMillis());
          if (wakes.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
            wakes.drainPermits();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    dispatcher.close();
  }

  /** Does one step, on this thread. Returns how long to wait before the next one. */
  Duration step() {
    try {
      Duration wait = dispatcher.step();
      stepLog.worked().ifPresent(Logger::info);
      return wait;
    } catch (Throwable e) { // errors too: a thread that ended would go unnoticed
      stepLog.failed(e.toString(), Moment.now()).ifPresent(line -> Logger.error(e, line));
      return dispatcher.onInternalError(e);
    }
  }
}
