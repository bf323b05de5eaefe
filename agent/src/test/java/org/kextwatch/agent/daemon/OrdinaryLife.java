package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Verdict;

/**
 * The life of an ordinary Mac, of which nothing is news: it sleeps and travels, its clock is set,
 * Defender updates itself, tools fail for a moment, macOS starts again.
 */
final class OrdinaryLife implements ModelDaemon.Witness {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /** What passes is over before a second look: the settings say that after this long it is told. */
  private static final int MOMENT_SECONDS = 50;

  private static final String[] ZONES = {
    "Europe/Berlin",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago"
  };
  private static final Reachability[] SILENCES = {
    Reachability.TIMEOUT,
    Reachability.DAEMON_UNREACHABLE,
    Reachability.UNPARSABLE,
    Reachability.NOT_EXECUTABLE
  };
  private static final Reachability[] EXCHANGES = {
    Reachability.NOT_INSTALLED,
    Reachability.NOT_TRUSTED,
    Reachability.NOT_EXECUTABLE,
    Reachability.DAEMON_UNREACHABLE,
    Reachability.TIMEOUT
  };

  /** So many last lines of its story tell why a life went wrong. */
  private static final int STORY = 25;

  final OrdinaryMac mac;
  final List<ChangedData> told = new ArrayList<>();

  /** Whether nothing is really wrong. */
  boolean isWell = true;

  private final Random random;
  private final ModelDaemon daemon;
  private final boolean isLaptop;
  private final Agenda agenda;
  private final List<String> story = new ArrayList<>();

  private Duration nap = Duration.ZERO;
  private long calmUntil;
  private long busyUntil;
  private boolean lookedWell = true;

  OrdinaryLife(long seed, boolean kernel, Path folder) {
    this.random = new Random(seed * 7919);
    this.mac = new OrdinaryMac(random, kernel);
    this.agenda = new Agenda(mac, random);
    this.isLaptop = random.nextInt(4) != 0;
    this.daemon = new ModelDaemon(mac, Settings.defaults(), folder, this);
    agenda.again(DAY, this::night);
    agenda.again(Duration.ofHours(8), this::toolFails);
    agenda.again(Duration.ofHours(5), this::slow);
    agenda.again(Duration.ofDays(7), this::reboot);
    agenda.again(Duration.ofDays(7), this::clockIsSet);
    agenda.again(Duration.ofDays(12), this::travel);
    agenda.again(Duration.ofDays(15), this::profile);
    agenda.again(Duration.ofDays(25), this::agentRestarts);
    agenda.again(Duration.ofDays(30), this::update);
    agenda.again(Duration.ofDays(250), this::macOsUpgrade);
    agenda.again(Duration.ofHours(6), this::definitions);
  }

  @Override
  public void looked(Scope look, Cycle.CycleResult result) {
    lookedWell = look == Scope.FULL ? !mac.isInTrouble() : lookedWell;
  }

  @Override
  public void heard(EventData data) {
    if (data instanceof ChangedData changed) {
      write("told %s %s".formatted(changed.transition(), changed.status().reason()));
      told.add(changed);
      assertTrue(!isWell || !isAlarm(changed), () -> "a false alarm: " + changed.status().reason());
    }
  }

  /** Whether it says that the Mac is no longer protected, or that nobody knows. */
  private static boolean isAlarm(ChangedData changed) {
    return changed.status().verdict() != Verdict.PROTECTED
        && changed.changes().stream().anyMatch(change -> change.field().equals("verdict"));
  }

  /** Lives until then. */
  void live(Duration time) {
    Duration end = mac.lived.plus(time);
    while (mac.lived.compareTo(end) < 0) {
      Duration free = agenda.next(end).minus(mac.lived);
      if (free.isNegative()) {
        free = Duration.ZERO;
      }
      if (nap.compareTo(free) <= 0) {
        mac.pass(nap);
        daemon.tick();
        nap = daemon.sleep();
      } else {
        mac.pass(free);
        nap = nap.minus(free);
        agenda.run();
      }
    }
  }

  /** For so long, awake, no tool fails: what is promised is promised of tools that work. */
  void calm(Duration time) {
    calmUntil = mac.nanos + time.toNanos();
  }

  /** Whether no trouble is to begin: one is under way, or no look has seen that it is over. */
  private boolean isCalm() {
    return mac.nanos < calmUntil || mac.nanos < busyUntil || !lookedWell;
  }

  boolean isBusy() {
    return mac.nanos < busyUntil;
  }

  void write(String line) {
    story.add(mac.wall + " (awake " + mac.nanos / 1_000_000_000L + " s) " + line);
  }

  String story() {
    int from = Math.max(0, story.size() - STORY);
    return mac + "\n" + String.join("\n", story.subList(from, story.size()));
  }

  /** Nothing else that passes begins before this is over and has been seen to be. */
  private void busy(Duration time) {
    busyUntil = mac.nanos + time.plusSeconds(150).toNanos();
  }

  private void night() {
    if (isLaptop) {
      boolean isWeekend = random.nextInt(5) == 0;
      fallAsleep(isWeekend ? Duration.ofHours(30 + random.nextInt(30)) : agenda.minutes(300, 900));
    }
  }

  /** A lid that is closed, with dark wakes until it is opened. */
  private void fallAsleep(Duration time) {
    Duration nap = random.nextInt(3) == 0 ? time : agenda.minutes(20, 180);
    Duration chunk = nap.compareTo(time) < 0 ? nap : time;
    write("sleeps " + chunk);
    mac.sleep(chunk);
    Duration left = time.minus(chunk);
    wake();
    if (!left.isZero()) {
      agenda.in(agenda.seconds(5, 55), () -> fallAsleep(left));
    }
  }

  /** Defender may take a moment to wake. */
  private void wake() {
    if (lookedWell && mac.nanos >= calmUntil && random.nextInt(3) == 0) {
      passing(agenda.seconds(5, MOMENT_SECONDS));
    }
  }

  private void passing(Duration time) {
    if (random.nextInt(3) == 0) {
      write("limps for " + time);
      mac.passing.put("healthy", false);
      mac.passing.put("realTimeProtectionAvailable", false);
    } else {
      mac.passingSilence = SILENCES[random.nextInt(SILENCES.length)];
      write(mac.passingSilence + " for " + time);
    }
    busy(time);
    agenda.afterAwake(time, this::answers);
  }

  private void answers() {
    mac.passing.clear();
    mac.passingSilence = null;
  }

  private void toolFails() {
    if (isCalm()) {
      return;
    }
    Duration time = agenda.seconds(1, MOMENT_SECONDS);
    switch (random.nextInt(6)) {
      case 0 -> mac.databaseReadable = false;
      case 1 -> mac.listReadable = false;
      case 2 -> mac.rowsReadable = false;
      case 3 -> mac.bootReadable = false;
      default -> {
        passing(time);
        return;
      }
    }
    write("a tool fails for " + time + " on " + mac);
    busy(time);
    agenda.afterAwake(
        time,
        () -> {
          mac.databaseReadable = true;
          mac.listReadable = true;
          mac.rowsReadable = true;
          mac.bootReadable = true;
        });
  }

  private void slow() {
    mac.slowness = agenda.seconds(0, 29);
    agenda.in(agenda.minutes(1, 30), () -> mac.slowness = Duration.ZERO);
  }

  /** Defender is gone while it starts, and what it says then means little. */
  private void reboot() {
    if (isCalm()) {
      return;
    }
    write("restarts");
    daemon.stop();
    mac.restart();
    if (random.nextInt(10) == 0) {
      clockIsSet();
    }
    daemon.start();
    nap = Duration.ZERO;
    starts(isWell ? agenda.seconds(1, 480) : agenda.seconds(1, MOMENT_SECONDS));
  }

  private void starts(Duration time) {
    Duration silent = Duration.ofSeconds(random.nextInt((int) time.toSeconds() + 1));
    mac.passingSilence =
        random.nextBoolean() ? Reachability.DAEMON_UNREACHABLE : Reachability.TIMEOUT;
    mac.passing.put("healthy", false);
    mac.passing.put("realTimeProtectionAvailable", random.nextBoolean() ? false : null);
    mac.passing.put("definitionsStatus", "updating");
    write("starts for " + time);
    busy(time);
    agenda.afterAwake(silent, () -> mac.passingSilence = null);
    agenda.afterAwake(time, this::answers);
  }

  private void clockIsSet() {
    Duration step =
        switch (random.nextInt(12)) {
          case 0 -> DAY;
          case 1 -> DAY.negated();
          case 2 -> HOUR;
          case 3 -> HOUR.negated();
          case 4, 5 -> MINUTE.multipliedBy(random.nextInt(90) - 45);
          default -> Duration.ofMillis(random.nextInt(8_000) - 4_000);
        };
    write("the clock is set by " + step);
    mac.wall = mac.wall.plus(step);
    if (step.abs().compareTo(HOUR) >= 0) {
      agenda.in(agenda.minutes(1, 240), () -> mac.wall = mac.wall.minus(step));
    }
  }

  /**
   * Another time zone is no other time; what a Mac feels of a flight is a sleep and a set clock.
   */
  private void travel() {
    if (isLaptop) {
      fallAsleep(agenda.minutes(120, 840));
      mac.zone = ZoneId.of(ZONES[random.nextInt(ZONES.length)]);
      agenda.in(agenda.minutes(16 * 60, 17 * 60), this::clockIsSet);
    }
  }

  private void profile() {
    if (isCalm()) {
      return;
    }
    write("the profile is deployed again");
    Duration time = agenda.seconds(1, MOMENT_SECONDS);
    busy(time);
    mac.shut = true;
    mac.grant(mac.allowed, false);
    agenda.in(
        time,
        () -> {
          mac.shut = false;
          mac.grant(mac.allowed, true);
        });
  }

  private void agentRestarts() {
    if (isCalm()) {
      return;
    }
    write("the agent is updated");
    daemon.stop();
    daemon.start();
    nap = Duration.ZERO;
  }

  private void update() {
    if (isCalm()) {
      return;
    }
    Duration gone = agenda.seconds(1, MOMENT_SECONDS);
    mac.passingSilence = EXCHANGES[random.nextInt(EXCHANGES.length)];
    mac.newRow = "activating";
    write("Defender is updated, " + mac.passingSilence + " for " + gone);
    busy(gone.plusMinutes(9));
    agenda.afterAwake(
        gone,
        () -> {
          answers();
          mac.appVersion++;
          if (mac.isKernel()) {
            mac.kext++;
          }
          mac.exchange();
          starts(agenda.seconds(1, 480));
        });
  }

  private void macOsUpgrade() {
    if (isCalm() || mac.isKernel()) {
      return;
    }
    int major = mac.macOs.major() >= 15 ? 26 : mac.macOs.major() + 1;
    mac.macOs = new MacVersion(major, 0, major + ".0", "25A354");
    mac.sleep(agenda.minutes(20, 60));
    reboot();
  }

  private void definitions() {
    mac.updateDefinitions();
  }
}
