package org.kextwatch.agent.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.webhook.WebhookRig;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.SignatureVerifier;
import org.kextwatch.demo.receiver.WebhookReceiver;

/** Events over a bad network: a real spool and delivery, real TLS, a receiver that verifies. */
class FaultProxyIT {
  /** For a long run: -Dkextwatch.events=100000. */
  private static final int EVENTS = Integer.getInteger("kextwatch.events", 2_000);

  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_123);

  private static final int LONGEST_MILLIS = 20;

  /** Less than the spool may hold. */
  private static final int WAITING = 1_000;

  /** How much faster than ours the delivery's clocks run: its waits are as many, but short. */
  private static final int SPEED = 1_000;

  @TempDir private Path mac;

  private final List<String> kept = new ArrayList<>();
  private final List<String> arrived = new ArrayList<>();
  private final List<String> flaws = new ArrayList<>();
  private int duplicates;

  @Test
  void eventsArriveOnceInOrderAndAgainOnlyAtOnce() throws Exception {
    long start = System.nanoTime();
    Spool spool = new Spool(mac.resolve("spool"), new Disk());
    spool.open();
    HeldCertificate certificate =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    WebhookRig endpoints = new WebhookRig(mac);
    endpoints.put("/etc/ca.pem", certificate.certificatePem(), "rw-r--r--");
    try (WebhookReceiver receiver =
            WebhookReceiver.listen(
                0,
                new HandshakeCertificates.Builder()
                    .heldCertificate(certificate)
                    .build()
                    .sslContext(),
                SignatureVerifier.of(WebhookRig.SECRET),
                this::take);
        FaultProxy proxy = new FaultProxy(receiver.address().getPort(), SEED, LONGEST_MILLIS)) {
      DeliveryThread delivery = delivery(spool, endpoints.root, proxy.port());
      delivery.start();
      feed(spool, delivery);
      delivery.stop(Duration.ZERO);

      assertEquals(List.of(), flaws, "seed " + SEED);
      assertEquals(kept, arrived, "seed " + SEED);
      assertEquals(Map.of(), spool.marked());
      assertEquals(EnumSet.allOf(FaultProxy.Fault.class), proxy.counts().keySet());
      assertTrue(duplicates > 0, "no answer was lost, so nothing was tried");
      write(proxy, Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /** Appends while there is room, until all is delivered. */
  private void feed(Spool spool, DeliveryThread delivery) throws Exception {
    long patience = System.nanoTime() + Duration.ofSeconds(300 + EVENTS / 20).toNanos();
    while (kept.size() < EVENTS || spool.pendingCount() > 0) {
      assertTrue(System.nanoTime() < patience, arrived.size() + " arrived in time, seed " + SEED);
      if (kept.size() < EVENTS && spool.pendingCount() < WAITING) {
        long sequence = kept.size() + 1L;
        CloudEvent event = EventSamples.stopping(sequence);
        spool.append(event);
        kept.add(event.id());
        delivery.committed(sequence);
      } else {
        Thread.sleep(1);
        delivery.wake(); // its sleep is by our clock
      }
    }
  }

  private synchronized void take(Delivery event) {
    String id = event.id();
    if (!event.verified()) {
      flaws.add("a wrong signature: " + id);
    } else if (!arrived.isEmpty() && id.equals(arrived.get(arrived.size() - 1))) {
      duplicates++;
    } else if (event.sequence() == null || event.sequence() != arrived.size() + 1L) {
      flaws.add("number " + event.sequence() + " after " + arrived.size());
    } else {
      arrived.add(id);
    }
  }

  private static DeliveryThread delivery(Spool spool, SystemRoot root, int port) {
    long start = System.nanoTime();
    Instant began = Instant.now();
    Supplier<Moment> clock =
        () -> {
          long nanos = (System.nanoTime() - start) * SPEED;
          return new Moment(began.plusNanos(nanos), nanos);
        };
    Settings settings =
        WebhookRig.settings(WebhookRig.at("https://127.0.0.1:" + port + "/kextwatch"));
    return new DeliveryThread(
        spool, root, "0.1.0", "C02XK0AAJG5H", settings, Optional::empty, clock, new Random(SEED));
  }

  private void write(FaultProxy proxy, Duration took) throws IOException {
    List<String> table = new ArrayList<>();
    table.add("%-24s %10d".formatted("events", arrived.size()));
    table.add("%-24s %10d".formatted("lost", kept.size() - arrived.size()));
    table.add("%-24s %10d".formatted("out of order", flaws.size()));
    table.add("%-24s %10d".formatted("duplicates", duplicates));
    table.add("%-24s %10d".formatted("seconds", took.toSeconds()));
    proxy
        .counts()
        .forEach((fault, times) -> table.add("%-24s %10d".formatted("fault: " + fault, times)));
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(figures.resolve("fault-proxy.txt"), String.join("\n", table) + "\n");
  }
}
