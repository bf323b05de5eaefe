package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Objects;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.delivery.Splay;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.remedy.Loader;
import org.kextwatch.agent.spool.Spool;

/** All parts of an agent on one Mac, connected. */
record Agent(
    ToolRunner tools,
    ExtensionReader extensionReader,
    Cycle cycle,
    Reporter reporter,
    DeliveryThread delivery,
    LiveSettings settings,
    SystemLog systemLog,
    Splay splay) {

  /**
   * Connects the parts and continues from what the last run has saved.
   *
   * @param isDaemon whether its start is reported
   * @throws IOException if the agent cannot save anything on this Mac
   */
  static Agent open(
      SystemRoot root, ToolRunner tools, Disk disk, LiveSettings live, boolean isDaemon)
      throws IOException {
    Instant startedAt = Instant.now();
    ExtensionReader extensionReader = new ExtensionReader(root, tools);
    MacProbe observer = new MacProbe(root, tools, extensionReader, ZoneId.systemDefault());
    Spool spool = new Spool(root.resolve(AgentPaths.SPOOL), disk);
    String hardwareUuid = observer.hardware(live.inForce(), Moment.now()).uuid();
    live.keepOn(hardwareUuid, Moment.now());
    Settings settings = live.inForce();
    StateFile stateFile = new StateFile(root.resolve(AgentPaths.STATE), disk);
    Ledger ledger = Ledger.open(spool, stateFile, hardwareUuid, () -> live.inForce().spool());
    EventWriter writer = new EventWriter();
    Heartbeat heartbeat = new Heartbeat(writer, ledger);
    String phase =
        Objects.requireNonNullElse(ledger.state().hardwareUuid(), ledger.state().pseudonym());
    DeliveryThread delivery =
        new DeliveryThread(spool, root, Version.current(), phase, settings, heartbeat);
    SystemLog systemLog = new SystemLog(root);
    Reporter reporter =
        new Reporter(
            writer,
            ledger,
            delivery,
            heartbeat,
            startedAt,
            live::warnings,
            new ResourceMeter(),
            isDaemon ? systemLog::tell : data -> {},
            isDaemon);
    delivery.committed(ledger.counted().sequence());
    Loader loader = new Loader(root, tools, extensionReader::listed);
    return new Agent(
        tools,
        extensionReader,
        new Cycle(observer, loader, ledger, reporter, new StatusFile(root, disk)),
        reporter,
        delivery,
        live,
        systemLog,
        Splay.of(phase));
  }
}
