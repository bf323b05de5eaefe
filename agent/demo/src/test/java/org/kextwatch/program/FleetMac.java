package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.delivery.DeliveryThread;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Verdict;
import org.kextwatch.agent.webhook.WebhookRig;

/** A Mac of a fleet with a real spool and delivery; its looks are not real. */
final class FleetMac {
  private static final Duration HEARTBEAT = Duration.ofMinutes(2);
  private static final Status WELL =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  final String serial;
  final List<String> committed = new ArrayList<>();

  private final Device device;
  private final String stream = UUID.randomUUID().toString().substring(0, 8);
  private final EventWriter writer = new EventWriter();
  private final Spool spool;
  private final DeliveryThread delivery;
  private volatile Status status;
  private volatile long last;

  /**
   * Starts it.
   *
   * @param folder its root, empty
   * @param secret that signs
   */
  FleetMac(String serial, Path folder, String address, String certificate, String secret)
      throws IOException {
    this.serial = serial;
    this.device =
        new Device(
            serial,
            UUID.randomUUID().toString().toUpperCase(Locale.ROOT),
            serial,
            "MacBookPro15,1",
            "10.14.6",
            "18G9323",
            "x86_64",
            Device.Mdm.UNKNOWN,
            Map.of("site", "Berlin"));
    WebhookRig mac = new WebhookRig(folder);
    mac.put("/etc/secret", secret + "\n", "rw-------");
    mac.put("/etc/ca.pem", certificate, "rw-r--r--");
    spool = new Spool(folder.resolve("spool"), new Disk());
    spool.open();
    status = now(WELL);
    Settings settings = WebhookRig.settings(WebhookRig.at(address), HEARTBEAT);
    delivery = new DeliveryThread(spool, mac.root, "0.2.0", serial, settings, this::heartbeat);
    delivery.start();
    commit(new StartedData(status));
  }

  /** It is at risk from now on, or protected again. */
  void change() throws IOException {
    Status before = status;
    boolean isAtRisk = before.verdict() == Verdict.AT_RISK;
    status = now(isAtRisk ? WELL : EventSamples.STATUS);
    commit(
        new ChangedData(
            status,
            List.of(new Change("verdict", before.verdict(), status.verdict())),
            isAtRisk ? Transition.RESOLVED : Transition.NEW));
  }

  private void commit(EventData data) throws IOException {
    long number = last + 1;
    CloudEvent event = writer.write(data, device, Instant.now(), stream, number);
    spool.append(event);
    committed.add(event.id());
    last = number;
    delivery.committed(number);
  }

  private Optional<CloudEvent> heartbeat() {
    HeartbeatData data = new HeartbeatData(status, last, HEARTBEAT.toSeconds());
    return Optional.of(writer.write(data, device, Instant.now(), stream));
  }

  private Status now(Status like) {
    Instant now = Instant.ofEpochMilli(System.currentTimeMillis());
    return new Status(
        Status.SCHEMA,
        now,
        like.verdict(),
        like.reason(),
        now,
        false,
        like.summary(),
        like.advice(),
        device,
        like.agent(),
        like.health(),
        like.extension());
  }

  int waiting() {
    return spool.pendingCount();
  }

  /** Its row in the view of Macs at risk, if it is: serial number, reason, since, advice. */
  Optional<String> atRisk() {
    return status.verdict() == Verdict.AT_RISK
        ? Optional.of(
            "%s|awaiting_approval|%d|%s|Berlin|live"
                .formatted(serial, status.observedAt().toEpochMilli(), status.advice()))
        : Optional.empty();
  }

  void stop() {
    delivery.stop(Duration.ZERO);
  }
}
