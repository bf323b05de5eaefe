package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Waits until the daemon may work: for a check, which ends by itself unless it is suspended; for
 * another daemon only if launchd started this one.
 */
final class Turn {
  private final Path file;
  private final boolean mayWaitForDaemon;
  private final Consumer<String> say;
  private final Runnable step;
  private final Limits limits;

  /**
   * Makes one.
   *
   * @param file the lock
   * @param mayWaitForDaemon whether it waits for another daemon too
   * @param say prints why it waits
   * @param step runs after each pause, so that the watchdog sees progress
   */
  Turn(Path file, boolean mayWaitForDaemon, Consumer<String> say, Runnable step, Limits limits) {
    this.file = file;
    this.mayWaitForDaemon = mayWaitForDaemon;
    this.say = say;
    this.step = step;
    this.limits = limits;
  }

  /**
   * The lock; empty if another daemon runs, and that is not waited for.
   *
   * @throws IOException if the file cannot be made or is something else, such as a link
   */
  Optional<InstanceLock> await() throws IOException {
    Optional<InstanceLock> lock = InstanceLock.takeForDaemon(file);
    if (lock.isEmpty() && mayWaitForDaemon) {
      say.accept("another agent runs here; waiting until it ends");
      while (lock.isEmpty()) {
        pause();
        lock = InstanceLock.takeForDaemon(file);
      }
      say.accept("the other agent has ended");
    }
    if (lock.isPresent()) {
      awaitCheck(lock.get());
    }
    return lock;
  }

  private void awaitCheck(InstanceLock lock) throws IOException {
    Optional<LockHolder> holder = lock.holder();
    long since = System.nanoTime();
    boolean isNamed = false;
    while (!lock.mayWork()) {
      pause();
      Duration waited = Duration.ofNanos(System.nanoTime() - since);
      boolean isLong = waited.compareTo(limits.end()) >= 0;
      if (!isNamed && waited.compareTo(limits.name()) >= 0) {
        name(holder);
        isNamed = true;
      }
      if (isLong) {
        holder.flatMap(LockHolder::process).ifPresent(this::end);
      }
      if (isLong || !holder.equals(lock.holder())) { // another check, or this one did not go
        holder = lock.holder();
        since = System.nanoTime();
        isNamed = false;
      }
    }
  }

  private void name(Optional<LockHolder> holder) {
    say.accept(
        holder
            .map(
                check ->
                    "waiting for 'kextwatch check' (process %d), which may be suspended; after %d minutes it is ended"
                        .formatted(check.pid(), limits.end().toMinutes()))
            .orElse("waiting for another 'kextwatch', which does not say what process it is"));
  }

  private void end(ProcessHandle check) {
    say.accept("ending 'kextwatch check' (process %d)".formatted(check.pid()));
    LockHolder.end(check);
  }

  private void pause() {
    LockSupport.parkNanos(limits.pause().toNanos());
    step.run();
  }

  /**
   * How long a daemon waits for a check.
   *
   * @param pause between two looks
   * @param name until it says for whom it waits
   * @param end until it ends the check
   */
  record Limits(Duration pause, Duration name, Duration end) {
    static final Limits USUAL =
        new Limits(Duration.ofMillis(500), Duration.ofSeconds(10), Duration.ofMinutes(10));
  }
}
