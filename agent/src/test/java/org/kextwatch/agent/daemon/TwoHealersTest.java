package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Transition;

/**
 * An MDM that repairs too eagerly: it installs Defender again every 15 minutes for a whole day. The
 * fleet hears little, and that all is well only when it is.
 */
class TwoHealersTest {
  private static final Duration QUARTER = Duration.ofMinutes(15);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int QUARTERS_OF_A_DAY = 96;
  private static final int MOST_AN_HOUR = 12;
  private static final String PROTECTED = "protected";

  /** What macOS shows of the extension while it is exchanged. */
  private static final String[] EXCHANGE = {
    "terminating_for_uninstall", "activated_waiting_for_user", "activating"
  };

  @TempDir(factory = Memory.class)
  private Path folder;

  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "0, true", "1, true"})
  void anMdmThatInstallsAgainAndAgainFloodsNobody(int seed, boolean kernel) throws Exception {
    Life life = new Life(seed, kernel, Files.createDirectory(folder.resolve(seed + "" + kernel)));
    life.live(HOUR);
    for (int i = 0; i < QUARTERS_OF_A_DAY; i++) {
      life.installAgain();
    }
    life.live(HOUR);
    life.endsWell();
  }

  /** One Mac, its daemon, its MDM, and what the fleet hears. */
  private static final class Life implements ModelDaemon.Witness {
    private final Random random;
    private final OrdinaryMac mac;
    private final ModelDaemon daemon;
    private final List<Instant> heard = new ArrayList<>();
    private final List<String> story = new ArrayList<>();
    private String told = PROTECTED;
    private boolean isWell = true;
    private Duration nap = Duration.ZERO;

    private Life(int seed, boolean kernel, Path folder) {
      random = new Random(seed * 7919L + 17);
      mac = new OrdinaryMac(random, kernel);
      daemon = new ModelDaemon(mac, Settings.defaults(), folder, this);
    }

    /** Defender goes, comes, starts, and is well for what is left of the quarter. */
    private void installAgain() {
      Duration end = mac.lived.plus(QUARTER);
      isWell = false;
      mac.silence = Reachability.NOT_INSTALLED;
      if (mac.isKernel()) {
        mac.kext = null;
        mac.loaded = null;
      }
      exchange(EXCHANGE[0], 120);
      mac.hasRows = false;
      live(seconds(1, 120));
      mac.hasRows = true;
      mac.kext = mac.isKernel() ? mac.boot : null;
      mac.silence = Reachability.DAEMON_UNREACHABLE;
      mac.appVersion += random.nextInt(2);
      exchange(EXCHANGE[1 + random.nextInt(2)], 60);
      mac.epsextState = "activated_enabled";
      mac.wrong.put("definitionsStatus", "updating");
      live(seconds(1, 90));
      mac.silence = null;
      mac.wrong.put("healthy", false);
      live(seconds(1, 120));
      mac.wrong.clear();
      isWell = true;
      live(end.minus(mac.lived));
    }

    private void exchange(String state, int atMost) {
      mac.epsextState = state;
      live(seconds(0, atMost));
    }

    private Duration seconds(int from, int to) {
      return Duration.ofSeconds(from + random.nextInt(to));
    }

    private void live(Duration time) {
      Duration end = mac.lived.plus(time);
      while (mac.lived.compareTo(end) < 0) {
        Duration free = end.minus(mac.lived);
        mac.pass(nap.compareTo(free) <= 0 ? nap : free);
        if (nap.compareTo(free) <= 0) {
          daemon.tick();
          nap = daemon.sleep();
        } else {
          nap = nap.minus(free);
        }
      }
    }

    @Override
    public void heard(EventData data) {
      if (!(data instanceof ChangedData changed)) {
        return;
      }
      story.add(
          "%s %s %s %s"
              .formatted(
                  mac.wall,
                  changed.transition(),
                  changed.status().reason(),
                  changed.changes().stream().map(c -> c.field() + "=" + c.to()).toList()));
      heard.add(mac.wall);
      Instant hour = mac.wall.minus(HOUR);
      long recent = heard.stream().filter(hour::isBefore).count();
      assertTrue(recent <= MOST_AN_HOUR, () -> recent + " in an hour\n" + story());
      if (changed.transition() == Transition.RESOLVED) {
        assertTrue(!told.equals(PROTECTED), () -> "resolved twice\n" + story());
        assertTrue(isWell, () -> "a false resolved\n" + story());
      }
      for (Change change : changed.changes()) {
        told = change.field().equals("verdict") ? String.valueOf(change.to()) : told;
      }
    }

    private void endsWell() {
      assertEquals(PROTECTED, told, this::story);
      assertTrue(heard.size() > 1, "it heard of nothing");
    }

    private String story() {
      return String.join("\n", story.subList(Math.max(0, story.size() - 15), story.size()));
    }
  }
}
