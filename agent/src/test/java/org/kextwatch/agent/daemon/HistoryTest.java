package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;

/** Many Macs to which many things happen, in any order: what must be true all the same. */
class HistoryTest {
  /** For one alone: -Dkextwatch.history=SEED. */
  private static final Long ONE = Long.getLong("kextwatch.history");

  private static final int HISTORIES = Integer.getInteger("kextwatch.histories", 10_000);
  private static final int EVENTS = 12;
  private static final Outcome[] FAULTS = {
    Outcome.TIMEOUT,
    Outcome.POLICY_BLOCKED,
    Outcome.BAD_SIGNATURE,
    Outcome.FOREIGN_EXTENSION,
    Outcome.LOADED_NOTHING,
    Outcome.FAILED,
    Outcome.NOT_ROOT
  };
  private static final Reachability[] SILENCES = {
    Reachability.TIMEOUT, Reachability.DAEMON_UNREACHABLE, Reachability.NOT_INSTALLED
  };
  private static final String[] ROWS = {
    "activated_enabled", "activated_waiting_for_user", "activated_disabled"
  };

  @Test
  void holdsWhateverHappens() {
    if (ONE != null) {
      live(ONE);
      return;
    }
    LongStream.range(0, HISTORIES).parallel().forEach(HistoryTest::live);
  }

  /** A life that goes wrong is lived once more, with its story written down. */
  private static void live(long seed) {
    try {
      new Life(seed).live();
    } catch (AssertionError | RuntimeException e) {
      Life again = new Life(seed);
      again.story = new ArrayList<>();
      assertThrows(e.getClass(), again::live);
      throw new AssertionError(
          "seed %d: %s%n%s".formatted(seed, e.getMessage(), String.join("\n", again.story)), e);
    }
  }

  /** One Mac and its agent. */
  private static final class Life {
    private final Random random;
    private final ModelMac mac;
    private final ModelAgent agent;
    private final Settings settings;
    private List<String> story;

    private Life(long seed) {
      this.random = new Random(seed * 7919);
      this.mac = new ModelMac(random);
      this.settings = settings();
      this.agent = new ModelAgent(mac, settings);
    }

    private Settings settings() {
      Settings all = Settings.defaults();
      Settings.Loading loading =
          new Settings.Loading(
              random.nextInt(8) != 0,
              random.nextInt(8) != 0,
              Duration.ofSeconds(random.nextBoolean() ? 1500 : 600),
              1 + random.nextInt(8),
              Duration.ofSeconds(180));
      return new Settings(
          all.webhook(),
          all.pace(),
          loading,
          all.extension(),
          all.spool(),
          false,
          all.maxDefinitionsAge(),
          all.deviceIdentity(),
          false,
          all.labels(),
          all.logLevel());
    }

    void live() {
      for (int i = 0; i < EVENTS; i++) {
        happen();
        elapse(waiting());
      }
      endsWell();
    }

    private Duration waiting() {
      return switch (random.nextInt(1000)) {
        case 0 -> Duration.ofHours(30);
        case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 ->
            Duration.ofMinutes(20 + random.nextInt(60));
        default -> Duration.ofSeconds(random.nextInt(200));
      };
    }

    /** Lets time pass from one thing that is due to the next. */
    private void elapse(Duration time) {
      Duration end = mac.lived.plus(time);
      agent.tick(false);
      while (mac.lived.compareTo(end) < 0) {
        Duration nap = nextDue();
        Duration left = end.minus(mac.lived);
        mac.pass(nap.compareTo(left) < 0 ? nap : left);
        agent.tick(false);
      }
    }

    private Duration nextDue() {
      Moment now = mac.now();
      Duration nap = agent.schedule.full().until(now);
      if (agent.schedule.approval() != null) {
        nap = shorter(nap, agent.schedule.approval().until(now));
      }
      for (Moment moment : agent.schedule.followUps()) {
        nap = shorter(nap, moment.until(now));
      }
      return nap.isZero() ? Duration.ofMillis(100) : nap;
    }

    private static Duration shorter(Duration a, Duration b) {
      return a.compareTo(b) < 0 ? a : b;
    }

    private void happen() {
      int what = random.nextInt(32);
      write("event " + what);
      boolean watched = mac.databaseReadable;
      switch (what) {
        case 0, 1, 2, 3 -> mac.allow();
        case 4, 5 -> mac.grant(mac.allowed, true);
        case 6 -> mac.grant(mac.allowed, false);
        case 7 -> mac.grant(false, mac.profile);
        case 8 -> mac.shut = !mac.shut;
        case 9 -> mac.listed = !mac.listed && !mac.isGranted();
        case 10 -> mac.loadByItself();
        case 11 -> mac.loaded = null;
        case 12 -> mac.kext = mac.kext == null ? 1 : mac.kext + 1;
        case 13 -> upgrade();
        case 14 -> becomeSystemExtension();
        case 15, 16 -> restart();
        case 17 -> mac.sleep(Duration.ofMinutes(random.nextInt(600)));
        case 18 -> mac.wall = mac.wall.plus(step());
        case 19 -> mac.defender = random.nextBoolean() ? pick(SILENCES) : Reachability.OK;
        case 20 -> mac.listReadable = !mac.listReadable;
        case 21, 22 -> mac.databaseReadable = !mac.databaseReadable;
        case 23 -> mac.bootReadable = !mac.bootReadable;
        case 24 -> mac.rowsReadable = !mac.rowsReadable;
        case 25, 26 -> mac.fault = mac.fault == null ? pick(FAULTS) : null;
        case 27 -> mac.console = !mac.console;
        case 28 -> restartAgent();
        case 29 -> agent.dies = true;
        case 30 -> mac.protection = !mac.protection;
        default -> duringTheLoad();
      }
      agent.tick(watched && what <= 9);
    }

    private void write(String line) {
      if (story != null) {
        story.add(mac.wall + " " + line + " on " + mac);
      }
    }

    private void duringTheLoad() {
      int what = random.nextInt(3);
      agent.meanwhile =
          () -> {
            agent.meanwhile = () -> {};
            switch (what) {
              case 0 -> mac.grant(true, mac.profile);
              case 1 -> mac.grant(false, false);
              default -> mac.pass(Duration.ofSeconds(170));
            }
          };
    }

    private void upgrade() {
      if (random.nextInt(4) == 0) {
        mac.macOs = new MacVersion(11, 6, "11.6", "20G165");
        restart();
      }
    }

    private void becomeSystemExtension() {
      if (mac.macOs.isBigSurOrLater() || mac.macOs.minor() >= 15) {
        mac.epsext = pick(ROWS);
        mac.appVersion++;
        mac.loaded = null;
        if (random.nextBoolean()) {
          mac.kext = null;
        }
      }
    }

    private Duration step() {
      return random.nextBoolean() ? Duration.ofDays(-1) : Duration.ofMinutes(-random.nextInt(90));
    }

    private <T> T pick(T[] values) {
      return values[random.nextInt(values.length)];
    }

    private void restart() {
      mac.restart();
      agent.start();
    }

    /** Nothing has happened but to the agent itself: there is nothing to tell. */
    private void restartAgent() {
      agent.tick(true);
      agent.schedule = Schedule.atOnce(mac.now());
      agent.tick(false);
      int told = agent.told.size();
      Decided before = new Decided(agent);
      agent.start();
      agent.tick(false);
      if (!agent.state.steadiness().held() && !before.loads) {
        assertEquals(
            told, agent.told.size(), () -> "told again: " + agent.told.get(told).changes());
      }
    }

    /** When all tools work again and nothing more happens, everything comes right. */
    private void endsWell() {
      mac.heal();
      mac.console = true;
      write("rests");
      elapse(Duration.ofMinutes(35));

      assertFalse(agent.state.steadiness().held(), "something is still held");
      assertEquals(List.of(), Changes.between(agent.state.told(), agent.status));
      ExtensionState state = agent.status.extension().state();
      if (mac.usesSystemExtensions() || mac.kext == null) {
        return;
      }
      if (mac.loaded != null) {
        assertEquals(ExtensionState.ACTIVE, state);
        assertEquals(Reason.NONE, agent.status.reason());
      } else if (mac.isGranted()) {
        boolean mayLoad =
            settings.loading().whenApproved()
                && agent.state.loads().attempts() < settings.loading().maxAttempts();
        assertFalse(mayLoad, "approved, and not loaded");
      } else {
        assertTrue(
            state == ExtensionState.AWAITING_APPROVAL
                || state == ExtensionState.NEVER_REQUESTED
                || state == ExtensionState.BLOCKED,
            "nobody has approved, and it says " + state);
        assertNotEquals(Reason.NONE, agent.status.reason());
        assertTrue(
            mac.shut
                || !settings.loading().renewPrompt()
                || agent.hasRenewedWithin(Duration.ofMinutes(30))
                || agent.hasRenewedAllDay()
                || state == ExtensionState.BLOCKED,
            "the Allow button is gone");
      }
    }

    /** What the agent did at its last look. */
    private static final class Decided {
      private final boolean loads;

      private Decided(ModelAgent agent) {
        this.loads = agent.loaderRan || !agent.schedule.followUps().isEmpty();
      }
    }
  }
}
