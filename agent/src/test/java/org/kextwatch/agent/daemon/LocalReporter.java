package org.kextwatch.agent.daemon;

import java.util.List;
import java.util.function.Supplier;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Resources;

/** The reporter of a daemon whose events stay in its spool, because its delivery never starts. */
final class LocalReporter {
  private LocalReporter() {}

  static Reporter of(
      Spool spool,
      SystemRoot root,
      String uuid,
      Settings settings,
      Ledger ledger,
      Supplier<Moment> now) {
    EventWriter writer = new EventWriter();
    Heartbeat heartbeat = new Heartbeat(writer, ledger, now);
    return new Reporter(
        writer,
        ledger,
        new DeliveryThread(spool, root, "1", uuid, settings, heartbeat),
        heartbeat,
        now.get().wall(),
        List::of,
        () -> Resources.UNKNOWN,
        data -> {},
        true);
  }
}
