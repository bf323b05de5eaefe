package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Cycle.CycleOptions;
import org.kextwatch.agent.daemon.Plan.Stamps;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.delivery.DeliverySteps;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.AsOnAMac;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.remedy.Loader;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Verdict;
import org.kextwatch.program.Rig;
import org.kextwatch.simulator.MacModel;

/**
 * A day on which nothing happens, on a simulated Mac with macOS 15. The time is virtual; the parts
 * of the daemon, the tools and the receiver over TLS are real.
 */
public final class QuietDay {
  private static final Duration TICK = Schedule.TICK;

  private static final Map<String, Object> SETTINGS =
      Map.of(
          "healthIntervalSeconds", 300,
          "atRiskIntervalSeconds", 60,
          "heartbeatIntervalSeconds", 900,
          "confirmSeconds", 60,
          "settleSeconds", 600);

  private final Path folder;

  private Moment now = Moment.now().plus(Duration.ofMinutes(5)); // its files are not new

  public QuietDay(Path folder) {
    this.folder = folder;
  }

  /**
   * What it costs.
   *
   * @param hours that are lived; the hours after the first stand for the rest of the day
   */
  public Cost cost(int hours) throws Exception {
    try (Rig rig = Rig.overTls(folder.resolve("rig"), MacModel.SEQUOIA);
        ByteCounter wire = new ByteCounter(URI.create(rig.endpoint()).getPort())) {
      Map<String, Object> settings = new HashMap<>(SETTINGS);
      settings.put("endpoint", "https://127.0.0.1:" + wire.port() + "/kextwatch");
      rig.settings(settings);
      Day day = new Day(rig, wire);
      Cost first = day.live(Duration.ofHours(1));
      Cost whole = first.andTimes(23.0 / (hours - 1), day.live(Duration.ofHours(hours - 1)));
      assertEquals(0, rig.received("status.changed"));
      return whole;
    }
  }

  /**
   * What was used.
   *
   * @param processes tools, and each ps that a Mac would need besides
   * @param forcedWrites files and folders, without settings.json at the first start
   */
  public record Cost(
      long processes, long forcedWrites, long bytesSent, long bytesReceived, long heartbeats) {

    /** This, and so many times what was used from this to another time. */
    Cost andTimes(double times, Cost later) {
      return new Cost(
          then(processes, times, later.processes),
          then(forcedWrites, times, later.forcedWrites),
          then(bytesSent, times, later.bytesSent),
          then(bytesReceived, times, later.bytesReceived),
          then(heartbeats, times, later.heartbeats));
    }

    private static long then(long first, double times, long later) {
      return first + Math.round((later - first) * times);
    }
  }

  /** The parts of the daemon, connected as {@link Agent} and {@link Daemon} do it. */
  private final class Day {
    private final Rig rig;
    private final ByteCounter wire;
    private final CountingDisk disk = new CountingDisk();
    private final StubMac psMac = new StubMac(folder.resolve("ps"));
    private final ToolRunner tools;
    private final LiveSettings live;
    private final ExtensionReader reader;
    private final Cycle cycle;
    private final DeliveryThread delivery;
    private Plan plan;
    private Status status;

    Day(Rig rig, ByteCounter wire) throws Exception {
      this.rig = rig;
      this.wire = wire;
      SystemRoot root = SystemRoot.at(rig.mac.root());
      Path ps = psMac.script("/bin/ps", "echo 61440");
      tools = AsOnAMac.tools(root, ps);
      disk.makePrivateFolder(root.resolve(AgentPaths.STATE_FOLDER));
      live = new LiveSettings(root, now);
      Settings settings = live.inForce();
      reader = new ExtensionReader(root, tools);
      MacProbe probe = new MacProbe(root, tools, reader, ZoneOffset.UTC);
      Spool spool = new Spool(root.resolve(AgentPaths.SPOOL), disk);
      String uuid = probe.hardware(settings, now).uuid();
      live.keepOn(uuid, now);
      StateFile file = new StateFile(root.resolve(AgentPaths.STATE), disk);
      Ledger ledger = Ledger.open(spool, file, uuid, settings::spool, () -> now);
      EventWriter writer = new EventWriter();
      Heartbeat heartbeat = new Heartbeat(writer, ledger, () -> now);
      delivery = DeliverySteps.thread(spool, root, uuid, settings, heartbeat, () -> now);
      ResourceMeter meter =
          new ResourceMeter(ResourceMeter.of(AsOnAMac.process(ps)), () -> now, line -> {});
      Reporter reporter =
          new Reporter(
              writer,
              ledger,
              delivery,
              heartbeat,
              now.wall(),
              live::warnings,
              meter,
              data -> {},
              true);
      StatusFile statusFile = new StatusFile(root, disk);
      cycle =
          new Cycle(
              probe,
              new Loader(root, tools, reader::listed)::load,
              ledger,
              reporter,
              seen -> {
                status = seen;
                statusFile.write(seen);
              },
              () -> now);
      plan = Plan.starting(now, Splay.of(uuid));
    }

    Cost live(Duration time) {
      Moment end = now.plus(time);
      while (!end.isDue(now)) {
        live.refresh(now);
        Stamps stamps = new Stamps(reader.stamps(), reader.databaseStamps());
        plan = plan.check(now, stamps);
        Scope due = plan.due();
        if (due != null) {
          Cycle.CycleResult result =
              cycle.run(due, live.inForce(), new CycleOptions(true, true), now);
          plan = plan.after(due, stamps, result, now);
        }
        Duration wait = DeliverySteps.untilIdle(delivery);
        now = now.plus(shortest(TICK, plan.schedule().nap(now).plusMillis(1), wait.plusMillis(1)));
      }
      assertEquals(Verdict.PROTECTED, status.verdict(), status::summary);
      assertEquals(null, status.agent().lastDeliveryError());
      return new Cost(
          tools.ended() + psMac.argumentsOf("/bin/ps").size(),
          disk.forced,
          wire.sent.get(),
          wire.received.get(),
          rig.received("status.heartbeat"));
    }

    private static Duration shortest(Duration... times) {
      return Stream.of(times).min(Duration::compareTo).orElseThrow();
    }
  }

  /** Counts what waits for the disk. */
  private static final class CountingDisk extends Disk {
    private long forced;

    @Override
    public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
        throws IOException {
      forced++;
      super.create(file, content, permissions);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
      forced++;
      super.forceFolder(folder);
    }
  }
}
