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
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventWriter;
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
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.SystemExtension;

/**
 * The daemon's own cycle, schedule, ledger and reporter around a Mac in memory, in the time of that
 * Mac. An event that the saved state counts is delivered at once.
 */
final class ModelDaemon implements Cycle.Mac {
  private static final Duration WATCH = Duration.ofSeconds(1);

  private final ModelMac mac;
  private final Settings settings;
  private final Path folder;
  private final Witness witness;
  private final Device device;
  private final Hardware hardware;
  private final UnforcedDisk disk = new UnforcedDisk();

  private Spool spool;
  private Ledger ledger;
  private Reporter reporter;
  private Cycle cycle;
  private Schedule schedule;
  private Moment lastTick;
  private Integer awaiting;
  private List<SystemExtension> stamps;
  private Health lastHealth;
  private long delivered;

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
    SystemRoot root;
    try {
      root = SystemRoot.at(folder);
      spool = new Spool(folder.resolve("spool"), disk);
      StateFile file = new StateFile(folder.resolve("state.json"), disk);
      ledger = Ledger.open(spool, file, "uuid", settings::spool, mac::now);
    } catch (IOException | RefusedPathException e) {
      throw new AssertionError(e);
    }
    assertEquals(List.of(), ledger.warnings());
    EventWriter writer = new EventWriter();
    Heartbeat heartbeat = new Heartbeat(writer, ledger, mac::now);
    DeliveryThread delivery = new DeliveryThread(spool, root, "1", "uuid", settings, heartbeat);
    reporter = new Reporter(writer, ledger, delivery, heartbeat, mac.wall, () -> List.of(), true);
    cycle = new Cycle(this, this::load, ledger, reporter, this::write, mac::now);
    lastHealth = null;
    awaiting = null;
    stamps = null;
    lastTick = mac.now();
    schedule = Schedule.atOnce(lastTick);
  }

  /** The process ends on purpose, as at a shutdown. */
  void stop() {
    reporter.stopping(EventData.Cause.SIGNAL);
    deliver();
  }

  State state() {
    return ledger.state();
  }

  Schedule schedule() {
    return schedule;
  }

  /** Whatever is due is done, as the daemon does it when its nap ends. */
  void tick() {
    Moment now = mac.now();
    schedule = schedule.awake(lastTick, now);
    lastTick = now;
    if (!mac.rows().equals(stamps)) {
      schedule = schedule.approvalAt(now);
    }
    if (awaiting != null && awaiting != mac.databaseStamp) {
      schedule = schedule.approvalAt(now);
    }
    Scope due = schedule.due(now);
    if (due != null) {
      look(due, now);
    }
  }

  private void look(Scope due, Moment now) {
    int before = mac.databaseStamp;
    stamps = mac.rows();
    Cycle.Result result;
    try {
      result = cycle.run(due, settings, new CycleOptions(true, true), now);
    } catch (CancellationException e) { // as a crash: nothing more is done or kept
      start();
      return;
    }
    deliver();
    awaiting = result.isApprovalAwaited() ? before : null;
    schedule = schedule.after(due, mac.now(), result);
    witness.looked(due, result);
  }

  /** How long the daemon naps now. */
  Duration nap() {
    Duration nap = schedule.nap(mac.now());
    return (awaiting != null && WATCH.compareTo(nap) < 0 ? WATCH : nap).plusMillis(1);
  }

  private void deliver() {
    for (SpoolEntry entry : spool.pending()) {
      if (entry.sequence() <= ledger.countedSequence()) {
        assertEquals(delivered + 1, entry.sequence(), "the number of an event");
        delivered = entry.sequence();
        try {
          witness.heard(SpooledEvent.read(spool.read(entry).orElseThrow()).data());
          spool.remove(entry);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private Attempt load(Settings inForce, Instant at) {
    assertEquals(at, ledger.state().loads().begun(), "the attempt is counted before it is made");
    witness.loads(at);
    return mac.kextutil(at, witness::meanwhile);
  }

  /** What everybody on the Mac can read is told, unless it waits for a reason. */
  private void write(Status status) {
    State state = ledger.state();
    boolean waits =
        state.steadiness().held()
            || !state.lostSight().since().isEmpty()
            || !state.ration().allows(status.observedAt());
    if (!waits) {
      assertEquals(List.of(), Changes.between(state.told(), status), "written before it is told");
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

  /** Sees what the daemon does. */
  interface Witness {
    /** An event is delivered. */
    void heard(EventData data);

    /** A look is under way. */
    default void looks(Scope look) {}

    /** A cycle has ended. */
    default void looked(Scope look, Cycle.Result result) {}

    /** The loader is about to run. */
    default void loads(Instant at) {}

    /** The loader runs. */
    default void meanwhile() {}

    /** Whether the process dies here. */
    default boolean dies() {
      return false;
    }
  }
}
