package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.approval.ModelSight;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Reachability;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Verdict;

/** The cycles of a daemon that continues from any state file, on a Mac that stays as it is. */
final class StrangeMac implements Cycle.Mac {
  static final String UUID = "5F2C1C3E-8A54-4D58-9D6E-0B8F4B6F2A11";

  private static final Settings SETTINGS = Settings.defaults();
  private static final int CYCLES = 12;

  /** What is true of the Mac; nobody is at its console. */
  enum World {
    PROTECTED(Grant.USER, true),
    NEVER_ASKED(Grant.NONE, false),
    APPROVED(Grant.USER, false),
    SILENT(Grant.UNREADABLE, null);

    private final Grant grant;
    private final Boolean loaded;

    World(Grant grant, Boolean loaded) {
      this.grant = grant;
      this.loaded = loaded;
    }

    private Health health() {
      return this == SILENT
          ? Health.unreachable(Reachability.TIMEOUT, null)
          : StatusSamples.HEALTHY;
    }
  }

  private final World world;
  private final Ledger ledger;
  private final Spool spool;
  private final Cycle cycle;
  private final List<Status> seen = new ArrayList<>();
  private Moment now = new Moment(EventSamples.NOW.plusSeconds(60), 1_000);
  private int loads;

  StrangeMac(World world, Path folder, StateFile file) throws Exception {
    Files.createDirectory(folder);
    this.world = world;
    this.spool = new Spool(folder.resolve("spool"), new UnforcedDisk());
    this.ledger = Ledger.open(spool, file, UUID, SETTINGS::spool, () -> now);
    Reporter reporter =
        LocalReporter.of(spool, SystemRoot.at(folder), UUID, SETTINGS, ledger, () -> now);
    this.cycle = new Cycle(this, this::load, ledger, reporter, seen::add, () -> now);
  }

  /** Half an hour between two looks, and a sleep in each. */
  void run() {
    for (int i = 0; i < CYCLES; i++) {
      cycle.run(Scope.FULL, SETTINGS, new CycleOptions(true, true), now);
      now =
          new Moment(
              now.wall().plus(Duration.ofMinutes(31)),
              now.nanos() + Duration.ofMinutes(30).toNanos());
    }
  }

  /**
   * What must be true of any life.
   *
   * @param last the last number that the state counts
   */
  void check(long last) throws IOException {
    assertEquals(CYCLES, seen.size());
    boolean isSaid = seen.stream().anyMatch(status -> status.verdict() == Verdict.PROTECTED);
    assertEquals(world == World.PROTECTED, isSaid, "protected");
    boolean mayLoad = world == World.APPROVED || world == World.SILENT;
    assertTrue(loads == 0 || mayLoad, "kextutil without evidence");
    assertTrue(loads <= SETTINGS.get(Keys.MAX_LOADS), "too many loads: " + loads);
    long number = last;
    for (SpoolEntry entry : spool.pending()) {
      assertEquals(ledger.state().streamId(), entry.streamId());
      assertEquals(++number, entry.sequence(), "a number is left out or comes twice");
    }
    assertEquals(number, ledger.state().sequence());
    assertTrue(number > last, "nothing is reported");
    assertEquals(ledger.state(), ledger.counted(), "not saved");
  }

  private Attempt load(Settings settings, Instant at) {
    loads++;
    return new Attempt(at, Outcome.FAILED, 71, "");
  }

  @Override
  public Hardware hardware(Settings settings, Moment at) {
    return new Hardware("C02XK0AAJG5H", UUID, "Mac", "x86_64", "Anna's Mac", "boot");
  }

  @Override
  public MacProbe.Snapshot look(
      Scope look, Settings settings, State state, Hardware machine, Moment at) {
    KernelEntry listed =
        world.loaded == null
            ? KernelEntry.UNKNOWN
            : world.loaded ? new KernelEntry(true, "2") : KernelEntry.NOT_LOADED;
    MacVersion mojave = new MacVersion(10, 14, "10.14.6", "18G9323");
    ExtensionReader.ExtensionSnapshot extension =
        new ModelSight(mojave, "boot", "2", listed, world.grant, true, null)
            .read(state.loads(), at.wall(), null);
    return new MacProbe.Snapshot(
        new Observation(
            at.wall(),
            LocalDate.ofInstant(at.wall(), ZoneOffset.UTC),
            StatusSamples.DEVICE,
            world.health(),
            extension.extension(),
            extension.policies(),
            false),
        extension.history(),
        List.of());
  }

  @Override
  public boolean isBigSurOrLater() {
    return false;
  }

  @Override
  public boolean hasConsoleUser() {
    return false;
  }

  @Override
  public boolean isStopping() {
    return false;
  }
}
