package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Plan.Stamps;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Changes;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Observation;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/**
 * The real cycle, plan, assessor, ledger and reporter around a Mac in memory, in the time of that
 * Mac. An event that the saved state counts is delivered at once.
 */
final class ModelDaemon implements Cycle.Mac {
  private final ModelMac mac;
  private Settings settings;
  private final Path folder;
  private final Witness witness;
  private final Device device;
  private final Hardware hardware;
  final RefusingDisk disk = new RefusingDisk(null);
  private final StateFile stateFile = new StateInMemory();

  /** Whether the receiver can be reached. */
  boolean online = true;

  private Spool spool;
  private Ledger ledger;
  private Reporter reporter;
  private Cycle cycle;
  private Plan plan;
  private Health lastHealth;
  private long delivered;
  private int attempts;

  ModelDaemon(ModelMac mac, Settings settings, Path folder, Witness witness) {
    this.mac = mac;
    this.settings = settings;
    this.folder = folder;
    this.witness = witness;
    this.device =
        new Device(
            "C02", "uuid", null, null, mac.macOs.text(), null, null, Device.Mdm.UNKNOWN, Map.of());
    this.hardware = new Hardware("C02", "uuid", "Mac", "arm64", "Mac", null);
    start();
  }

  /** A new process: it knows what was saved. */
  void start() {
    boolean forgets =
        ledger != null && (disk.refused != null || !ledger.state().equals(ledger.counted()));
    SystemRoot root;
    try {
      root = SystemRoot.at(folder);
      spool = new Spool(folder.resolve("spool"), disk);
      ledger = Ledger.open(spool, stateFile, "uuid", () -> settings.spool(), mac::now);
    } catch (IOException | RefusedPathException e) {
      throw new AssertionError(e);
    }
    if (forgets) {
      witness.forgets(ledger.state().told());
    }
    if (disk.refused == null) {
      assertEquals(List.of(), ledger.warnings());
    }
    reporter = LocalReporter.of(spool, root, "uuid", settings, ledger, mac::now);
    cycle = new Cycle(this, this::load, ledger, reporter, this::write, mac::now);
    lastHealth = null;
    plan = Plan.starting(mac.now(), Splay.of(mac.macOs.text() + mac.wall));
  }

  /** The process ends on purpose, as at a shutdown. */
  void stop() {
    reporter.reportStop(EventData.Cause.SIGNAL);
    deliver();
  }

  /** The settings are edited. */
  void use(Settings edited) {
    settings = edited;
  }

  State state() {
    return ledger.state();
  }

  /** Runs a cycle if one is due, as the daemon does after each sleep. */
  void tick() {
    Stamps stamps = new Stamps(mac.rows(), mac.databaseStamp);
    plan = plan.check(mac.now(), stamps);
    Scope due = plan.due();
    if (due != null) {
      cycle(due, stamps);
    }
  }

  /** Runs a full look now. */
  void lookNow() {
    plan = plan.fullLookAt(mac.now());
    tick();
  }

  private void cycle(Scope look, Stamps stamps) {
    Cycle.CycleResult result;
    try {
      result = cycle.run(look, settings, new CycleOptions(true, true), mac.now());
    } catch (CancellationException e) { // as in a crash: nothing more is done or saved
      start();
      return;
    }
    assertEquals(hardware.withoutBoot(), ledger.state().hardware(), "the machine is known");
    deliver();
    plan = plan.after(look, stamps, result, mac.now());
    witness.looked(look, result);
  }

  /** How long the daemon sleeps now. */
  Duration sleep() {
    return plan.glance(plan.schedule().nap(mac.now())).plusMillis(1);
  }

  /** How long it sleeps at most if no file changes. */
  Duration untilDue() {
    return plan.schedule().nap(mac.now()).plusMillis(1);
  }

  /** Whether looks follow a load. */
  boolean isFollowingLoad() {
    return !plan.schedule().followUps().isEmpty();
  }

  private void deliver() {
    if (!online) {
      return;
    }
    for (SpoolEntry entry : spool.pending()) {
      if (entry.sequence() <= ledger.counted().sequence()) {
        assertEquals(delivered + 1, entry.sequence(), "the number of an event");
        delivered = entry.sequence();
        witness.heard(read(entry));
        try {
          spool.remove(entry);
          spool.prepareNext();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Whether a change waits for the disk; the start of the agent may wait there alone. */
  private boolean isNewsPending() {
    return spool.pending().stream().anyMatch(entry -> read(entry) instanceof ChangedData);
  }

  private EventData read(SpoolEntry entry) {
    try {
      return SpooledEvent.read(spool.read(entry).orElseThrow()).data();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As the loader does it: macOS may have loaded the kext by now, then kextutil does not run. */
  private Attempt load(Settings inForce, Instant at) {
    assertEquals(at, ledger.state().loads().begun(), "the attempt is counted before it is made");
    boolean isForGrant = ledger.state().loads().attempts() > attempts;
    Trigger trigger = isForGrant ? Trigger.APPROVED : Trigger.PROMPT_RENEWAL;
    boolean isLoaded = mac.listed().isLoaded();
    witness.loads(trigger, ledger.state().loads().bootId(), isLoaded);
    return isLoaded
        ? new Attempt(at, Outcome.LOADED, null, "")
        : mac.kextutil(at, witness::meanwhile);
  }

  /** A status that all users of the Mac can read was reported before, or is held for a reason. */
  private void write(Status status) {
    deliver();
    State state = ledger.state();
    witness.wrote(status, isNewsPending() ? null : state.told()); // that comes with an event
    attempts = state.loads().attempts();
    boolean waits =
        state.steadiness().held()
            || !state.lostSight().since().isEmpty()
            || state.ration().holds(Transition.CHANGED, true, status.observedAt())
            || disk.refused != null;
    if (!waits) {
      assertEquals(
          List.of(), Changes.between(state.told(), status), "written before it is reported");
    }
  }

  @Override
  public Hardware hardware(Settings inForce, Moment now) {
    return new Hardware(
        hardware.serialNumber(),
        hardware.uuid(),
        hardware.model(),
        hardware.architecture(),
        hardware.computerName(),
        mac.bootId());
  }

  @Override
  public MacProbe.Snapshot look(
      Scope look, Settings inForce, State state, Hardware machine, Moment now) {
    if (lastHealth == null || look == Scope.FULL) {
      lastHealth = mac.health();
    }
    witness.looks(look);
    ExtensionReader.ExtensionSnapshot seen =
        mac.sight().read(state.loads(), now.wall(), lastHealth.realTimeProtectionSubsystem());
    return new MacProbe.Snapshot(
        new Observation(
            now.wall(),
            LocalDate.ofInstant(now.wall(), mac.zone),
            device,
            lastHealth,
            seen.extension(),
            seen.policies(),
            false),
        seen.history(),
        List.of());
  }

  @Override
  public boolean isBigSurOrLater() {
    return mac.macOs.isBigSurOrLater();
  }

  @Override
  public boolean hasConsoleUser() {
    return mac.console;
  }

  @Override
  public boolean isStopping() {
    return witness.dies();
  }

  /** What is saved is read back from JSON; no file is written, because that is slow. */
  private final class StateInMemory extends StateFile {
    private State saved;

    private StateInMemory() {
      super(Path.of("state.json"), new UnforcedDisk());
    }

    @Override
    Loaded load(String hardwareUuid) {
      if (saved == null) {
        return Loaded.fresh(hardwareUuid, null);
      }
      try {
        State read = Json.read(State.class, Json.write(saved));
        assertEquals(saved, read, "what was saved is what is read back");
        return new Loaded(read, null, false);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    void save(State state) throws IOException {
      if (disk.refused != null) {
        throw new IOException("No space left on device");
      }
      saved = state;
    }
  }

  /** Sees what the daemon does. */
  interface Witness {
    /** An event is delivered. */
    void heard(EventData data);

    /** A look is under way. */
    default void looks(Scope look) {}

    /**
     * The status file is written.
     *
     * @param told what later looks are compared with
     */
    default void wrote(Status status, Status told) {}

    /**
     * A new process does not know what the disk did not take.
     *
     * @param told what it will compare with
     */
    default void forgets(Status told) {}

    /** A cycle has ended. */
    default void looked(Scope look, Cycle.CycleResult result) {}

    /**
     * The loader begins.
     *
     * @param bootId that the daemon knows
     * @param isLoaded whether the kext is listed already, so that kextutil does not run
     */
    default void loads(Trigger trigger, String bootId, boolean isLoaded) {}

    /** kextutil runs. */
    default void meanwhile() {}

    /** Whether the process dies here. */
    default boolean dies() {
      return false;
    }
  }
}
