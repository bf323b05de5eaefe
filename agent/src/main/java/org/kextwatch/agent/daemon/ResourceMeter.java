package org.kextwatch.agent.daemon;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.OwnProcess;
import org.kextwatch.agent.status.ResourceBudget;
import org.kextwatch.agent.status.Resources;
import org.tinylog.Logger;

/**
 * What this process uses, at most a minute old. It is compared with the budget once an hour, and
 * the log says if it is over; nothing else comes of that. For one thread.
 */
final class ResourceMeter implements Supplier<Resources> {
  private static final Duration AGE = Duration.ofMinutes(1);
  private static final Duration WINDOW = Duration.ofHours(1);

  private final Function<Moment, Resources> source;
  private final Supplier<Moment> clock;
  private final Consumer<String> log;

  private Resources latest = Resources.UNKNOWN;
  private @Nullable Moment readAgain;
  private Moment windowBegan;
  private Resources before = Resources.UNKNOWN;

  ResourceMeter() {
    this(of(new OwnProcess()), Moment::now, line -> Logger.warn(line));
  }

  ResourceMeter(Function<Moment, Resources> source, Supplier<Moment> clock, Consumer<String> log) {
    this.source = source;
    this.clock = clock;
    this.log = log;
    this.windowBegan = clock.get();
  }

  static Function<Moment, Resources> of(OwnProcess process) {
    return now -> {
      Duration cpu = process.cpu();
      return new Resources(
          cpu == null ? null : (Double) (cpu.toMillis() / 1e3),
          process.residentBytes(now),
          process.wakeUps());
    };
  }

  @Override
  public Resources get() {
    Moment now = clock.get();
    if (readAgain == null || readAgain.isDue(now)) {
      latest = source.apply(now);
      readAgain = now.plus(AGE);
      if (windowBegan.plus(WINDOW).isDue(now)) {
        compare(Duration.ofNanos(now.nanos() - windowBegan.nanos()));
        windowBegan = now;
        before = latest;
      }
    }
    return latest;
  }

  private void compare(Duration time) {
    List<String> over = ResourceBudget.PROMISED.exceededBy(latest.since(before), time);
    if (!over.isEmpty()) {
      log.accept("Kextwatch itself is over its budget: " + String.join(", ", over));
    }
  }
}
