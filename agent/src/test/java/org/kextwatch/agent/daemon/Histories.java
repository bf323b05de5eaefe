package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Reason;

/** Many Macs to which many things happen, in any order: what must be true all the same. */
final class Histories {
  private static final int EVENTS = 12;
  private static final int RENEWALS = 48;
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

  /** All files, or the state alone. */
  private static final String[] DISKS = {"", "state"};

  private static final String[] ROWS = {
    "activated_enabled", "activated_waiting_for_user", "activated_disabled"
  };

  private final Path folder;
  private final Duration least;

  /**
   * Histories that are kept in a folder.
   *
   * @param folder of the test
   */
  Histories(Path folder) {
    this(folder, Duration.ZERO);
  }

  /**
   * The same, in which the disk refuses, the receiver cannot be reached, settings are edited and
   * the agent is upgraded too.
   *
   * @param least how long each lasts
   */
  Histories(Path folder, Duration least) {
    this.folder = folder;
    this.least = least;
  }

  /** Lives them all; for one alone: -Dkextwatch.history=SEED. */
  void live(LongStream seeds) {
    Long one = Long.getLong("kextwatch.history");
    (one == null ? seeds : LongStream.of(one)).parallel().forEach(this::live);
  }

  /** A life that goes wrong is lived once more, with its story written down. */
  private void live(long seed) {
    try {
      new Life(seed, folder(seed, ""), least).live();
    } catch (AssertionError | RuntimeException e) {
      Life again = new Life(seed, folder(seed, "again"), least);
      again.story = new ArrayList<>();
      assertThrows(e.getClass(), again::live);
      List<String> last =
          again.story.subList(Math.max(0, again.story.size() - 20), again.story.size());
      throw new AssertionError(
          "seed %d: %s%n%s".formatted(seed, e.getMessage(), String.join("\n", last)), e);
    }
  }

  private Path folder(long seed, String suffix) {
    try {
      return Files.createDirectory(folder.resolve(seed + suffix));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** One Mac and its agent. */
  private static final class Life {
    private final Random random;
    private final ModelMac mac;
    private final HistoryChecks checks;
    private final ModelDaemon daemon;
    private final Duration least;
    private Settings settings;
    private List<String> story;

    private Life(long seed, Path folder, Duration least) {
      this.least = least;
      this.random = new Random(seed * 7919);
      this.mac = new ModelMac(random);
      this.settings = settings();
      this.checks = new HistoryChecks(mac, settings);
      this.daemon = new ModelDaemon(mac, settings, folder, checks);
    }

    private Settings settings() {
      return GivenSettings.with(
          Map.of(
              "loadApprovedExtension",
              random.nextInt(8) != 0,
              "renewPrompt",
              random.nextInt(8) != 0,
              "promptRenewalSeconds",
              Duration.ofSeconds(random.nextBoolean() ? 1500 : 600),
              "maxLoadAttempts",
              1 + random.nextInt(8)));
    }

    void live() {
      for (int i = 0; i < EVENTS || mac.lived.compareTo(least) < 0; i++) {
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
      daemon.tick();
      while (mac.lived.compareTo(end) < 0) {
        Duration sleep = daemon.untilDue();
        Duration left = end.minus(mac.lived);
        mac.pass(sleep.compareTo(left) < 0 ? sleep : left);
        daemon.tick();
      }
    }

    private void happen() {
      if (!daemon.online) {
        daemon.online = random.nextInt(3) == 0;
      }
      int what = random.nextInt(least.isZero() ? 32 : 38);
      write("event " + what);
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
        case 29 -> checks.dies = true;
        case 30 -> mac.protection = !mac.protection;
        case 31 -> duringTheLoad();
        case 32, 33 -> daemon.disk.refused = daemon.disk.refused == null ? pick(DISKS) : null;
        case 34, 35 -> settingsAreEdited();
        case 36 -> daemon.online = false;
        default -> upgradeAgent();
      }
      daemon.tick();
    }

    private void write(String line) {
      if (story != null) {
        story.add(mac.wall + " " + line + " on " + mac);
      }
    }

    private void duringTheLoad() {
      int what = random.nextInt(3);
      checks.meanwhile =
          () -> {
            switch (what) {
              case 0 -> mac.grant(true, mac.profile);
              case 1 -> mac.grant(false, false);
              default -> mac.pass(Duration.ofSeconds(170));
            }
          };
    }

    /** The limits that are checked stay. */
    private void settingsAreEdited() {
      Map<String, Object> edited = new HashMap<>(settings.values());
      edited.put("healthIntervalSeconds", Duration.ofSeconds(60 + random.nextInt(600)));
      edited.put("confirmSeconds", Duration.ofSeconds(random.nextInt(120)));
      settings = new Settings(edited);
      daemon.use(settings);
    }

    private void upgradeAgent() {
      daemon.stop();
      daemon.start();
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
      daemon.start();
    }

    /**
     * Nothing has happened but to the agent itself: there is nothing to report but what was held,
     * because a new process does not know for how long Defender has been out of reach.
     */
    private void restartAgent() {
      daemon.online = true; // so that all that is told is heard
      daemon.tick();
      daemon.lookNow();
      int told = checks.told.size();
      boolean loads = checks.loaderRan || daemon.isFollowingLoad();
      Set<String> held = daemon.state().steadiness().held() ? untold() : Set.of();
      daemon.start();
      daemon.tick();
      if (!daemon.state().steadiness().held() && !loads) {
        List<Change> again =
            checks.told.stream()
                .skip(told)
                .flatMap(news -> news.changes().stream())
                .filter(change -> !held.contains(change.field()))
                .toList();
        assertEquals(List.of(), again, "told again");
      }
    }

    /** The fields that are others than the last event has told. */
    private Set<String> untold() {
      return Changes.between(daemon.state().told(), checks.status).stream()
          .map(Change::field)
          .collect(Collectors.toSet());
    }

    /** When all tools work again and nothing more happens, everything comes right. */
    private void endsWell() {
      daemon.disk.refused = null;
      daemon.online = true;
      mac.heal();
      mac.console = true;
      write("rests");
      elapse(Duration.ofMinutes(65));

      assertFalse(daemon.state().steadiness().held(), "something is still held");
      assertEquals(List.of(), Changes.between(daemon.state().told(), checks.status));
      ExtensionState state = checks.status.extension().state();
      if (mac.usesSystemExtensions() || mac.kext == null) {
        return;
      }
      if (mac.loaded != null) {
        assertEquals(ExtensionState.ACTIVE, state);
        assertEquals(Reason.NONE, checks.status.reason());
      } else if (mac.isGranted()) {
        boolean mayLoad =
            settings.get(Keys.LOAD_APPROVED)
                && daemon.state().loads().attempts() < settings.get(Keys.MAX_LOADS);
        assertFalse(mayLoad, "approved, and not loaded");
      } else {
        assertTrue(
            state == ExtensionState.AWAITING_APPROVAL
                || state == ExtensionState.NEVER_REQUESTED
                || state == ExtensionState.BLOCKED,
            "nobody has approved, and it says " + state);
        assertNotEquals(Reason.NONE, checks.status.reason());
        assertTrue(
            mac.shut
                || !settings.get(Keys.RENEW_PROMPT)
                || checks.hasRenewedWithin(Duration.ofMinutes(30))
                || daemon.state().loads().prompts().size() >= RENEWALS
                || state == ExtensionState.BLOCKED,
            "the Allow button is gone");
      }
    }
  }
}
