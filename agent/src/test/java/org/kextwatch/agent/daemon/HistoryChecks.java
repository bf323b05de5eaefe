package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Trigger;

/** What must be true of each cycle, whatever happens to the Mac. */
final class HistoryChecks implements ModelDaemon.Witness {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LASTING = Duration.ofMinutes(10);
  private static final int MAX_LOOKS_A_MINUTE = 24;
  private static final int RENEWALS = 48;

  final List<ChangedData> told = new ArrayList<>();

  /** The status that was written last. */
  Status status;

  /** What happens while kextutil runs next. */
  Runnable meanwhile = () -> {};

  /** Whether the process dies when the loader has run next. */
  boolean dies;

  /** Whether the loader ran in the last cycle. */
  boolean loaderRan;

  private final ModelMac mac;
  private final Settings settings;
  private final Map<String, Object> known = new HashMap<>();
  private final List<Duration> renewals = new ArrayList<>();
  private final List<Duration> looks = new ArrayList<>();
  private final Map<String, Integer> loads = new HashMap<>();
  private Instant lookedAt;

  /** Whether the last look could read the database; the Mac may have changed until the event. */
  private boolean wasReadable;

  private Grant lastReadable = Grant.NONE;

  /** Grants until the database was read last: one that nobody saw is no other one yet. */
  private int grantsSeen;

  private boolean refusedSince;
  private boolean isRenewal;
  private Instant shownSince;

  HistoryChecks(ModelMac mac, Settings settings) {
    this.mac = mac;
    this.settings = settings;
  }

  @Override
  public void looks(Scope look) {
    loaderRan = false;
    lookedAt = mac.wall;
    looks.removeIf(at -> at.compareTo(mac.lived.minus(MINUTE)) < 0);
    looks.add(mac.lived);
    assertTrue(looks.size() <= MAX_LOOKS_A_MINUTE, "a burst of looks");
    wasReadable = mac.databaseReadable;
    if (wasReadable) {
      lastReadable = mac.grant();
      grantsSeen = mac.grants;
      refusedSince = false;
    }
    forgetLoadsThatLast();
  }

  /** A kext that was listed for ten minutes was loaded well: its loads count no more. */
  private void forgetLoadsThatLast() {
    if (mac.listed().isLoaded()) {
      shownSince = shownSince == null || shownSince.isAfter(mac.wall) ? mac.wall : shownSince;
      if (!shownSince.plus(LASTING).isAfter(mac.wall)) {
        loads.clear();
      }
    } else if (mac.listReadable) {
      shownSince = null;
    }
  }

  /** A good beginning is known without an event of its own. */
  @Override
  public void wrote(Status written, Status compared) {
    status = written;
    if (known.isEmpty() && compared != null) {
      Changes.between(null, compared)
          .forEach(change -> known.put(change.field(), inJson(change.to())));
    }
  }

  @Override
  public void heard(EventData data) {
    if (data instanceof ChangedData news) {
      news.changes().forEach(this::follows);
      if (news.status().observedAt().equals(lookedAt)) { // not one that waited for the disk
        isNoFalseRevocation(news.status().extension());
      }
      if (news.status().extension().kind() == ExtensionKind.SYSTEM) {
        known.remove("extension.loaded"); // not compared from here on
        known.remove("extension.lastAttempt.outcome");
      }
      told.add(news);
    }
  }

  /** Events are read back from the spool. */
  private static Object inJson(Object value) {
    return value instanceof Enum<?> word ? EnumWord.of(word) : value;
  }

  private void follows(Change change) {
    assertEquals(known.get(change.field()), change.from(), change.field());
    assertFalse(Objects.equals(change.from(), change.to()), change.field());
    known.put(change.field(), change.to());
  }

  /** Lost sight is not revocation: that nobody has approved is only said where it was seen. */
  private void isNoFalseRevocation(Extension extension) {
    if (extension.kind() != ExtensionKind.KERNEL) {
      return; // a system extension never had the kext's grant
    }
    if (extension.state() == ExtensionState.NEVER_REQUESTED
        || extension.state() == ExtensionState.AWAITING_APPROVAL) {
      assertTrue(
          !Grant.isGiven(lastReadable) || refusedSince, "the database had said " + lastReadable);
    }
    if (extension.grant() == Grant.NONE || extension.grant() == Grant.LISTED_NOT_ALLOWED) {
      assertTrue(wasReadable && !Grant.isGiven(lastReadable), "a grant that is not gone");
    }
  }

  @Override
  public void loads(Trigger trigger, String bootId, boolean isLoaded) {
    loaderRan = true;
    isRenewal = trigger == Trigger.PROMPT_RENEWAL;
    assertFalse(mac.usesSystemExtensions(), "kextutil on a Mac with system extensions");
    if (isRenewal) {
      boolean useful = !mac.shut || !mac.databaseReadable; // then the attempt is the only eye
      assertTrue(mac.console && useful && settings.get(Keys.RENEW_PROMPT), "a useless prompt");
    } else {
      assertTrue(lastReadable == null || Grant.isGiven(lastReadable), "a load without a grant");
    }
    if (!isLoaded) {
      count(bootId);
    }
  }

  private void count(String bootId) {
    if (isRenewal) {
      renewals.add(mac.lived);
      long today = renewals.stream().filter(at -> at.compareTo(mac.lived.minus(DAY)) > 0).count();
      assertTrue(today <= RENEWALS, today + " renewals in a day");
    } else {
      String key = grantsSeen + "/" + bootId + "/" + mac.kext;
      int now = loads.merge(key, 1, Integer::sum);
      assertTrue(now <= settings.get(Keys.MAX_LOADS), now + " loads for one grant");
    }
  }

  /** What a disk did not take was in memory alone: runs of the loader, and the last grant. */
  @Override
  public void forgets(Status compared) {
    lastReadable = null;
    if (told.isEmpty() && compared == null) {
      known.clear(); // a good beginning, which no event has told
    }
    loads.clear();
    renewals.clear();
  }

  @Override
  public void meanwhile() {
    Runnable once = meanwhile;
    meanwhile = () -> {};
    once.run();
  }

  @Override
  public boolean dies() {
    boolean now = dies && loaderRan;
    dies &= !now;
    return now;
  }

  @Override
  public void looked(Scope look, Cycle.CycleResult result) {
    refusedSince |= isRenewal && result.outcome() == Outcome.POLICY_BLOCKED;
  }

  /** Whether a renewal has kept the Allow button alive lately. */
  boolean hasRenewedWithin(Duration time) {
    return renewals.stream().anyMatch(at -> at.compareTo(mac.lived.minus(time)) > 0);
  }
}
