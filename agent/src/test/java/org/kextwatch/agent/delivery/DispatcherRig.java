package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.FaultyDisk;
import org.kextwatch.agent.mac.TestClock;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.OnAWebhook;
import org.kextwatch.agent.webhook.WebhookRig;

/** A dispatcher with a spool, a clock that is moved by hand, and a real server, without TLS. */
abstract class DispatcherRig extends OnAWebhook {
  static final Duration HEARTBEAT = Duration.ofMinutes(15);

  /** A third of it, for a device in the middle of its fleet. */
  static final Duration SPLAY = Duration.ofMinutes(2).plusSeconds(30);

  final TestClock clock = new TestClock();
  final FaultyDisk disk = new FaultyDisk();
  Path folder;
  Spool spool;
  EventDispatcher dispatcher;

  @BeforeEach
  final void makeDispatcher() throws IOException {
    server.start();
    folder = mac.resolve("spool");
    spool = new Spool(folder, disk);
    spool.open();
    dispatcher = dispatcher(settings(url("/hook")));
  }

  @AfterEach
  final void closeDispatcher() {
    dispatcher.close();
  }

  /** Past the splay, with nothing to send; returns the time until the first heartbeat. */
  Duration settle() {
    clock.advance(SPLAY);
    return dispatcher.step();
  }

  EventDispatcher dispatcher(Settings settings) {
    return dispatcher(settings, this::beat);
  }

  Optional<CloudEvent> beat() {
    return Optional.of(EventSamples.heartbeat(clock.instant()));
  }

  EventDispatcher dispatcher(Settings settings, Supplier<Optional<CloudEvent>> heartbeat) {
    return new EventDispatcher(
        spool,
        endpoints.root,
        "0.1.0",
        new Splay(0.5),
        settings,
        heartbeat,
        clock::moment,
        new HalfAlways());
  }

  record HalfAlways() implements RandomGenerator {
    @Override
    public long nextLong() {
      return 1L << 63;
    }

    @Override
    public double nextDouble() {
      return 0.5;
    }
  }

  static Settings settings(@Nullable String endpoint) {
    return WebhookRig.settings(WebhookRig.at(endpoint));
  }

  void keep(List<CloudEvent> events) throws IOException {
    for (CloudEvent event : events) {
      spool.append(event);
      dispatcher.committed(event.sequence());
    }
  }

  Path file(SpoolEntry entry) {
    return folder.resolve("new").resolve(entry.fileName());
  }

  static String id(RecordedRequest request) {
    return request.getHeaders().get("webhook-id");
  }

  static String type(RecordedRequest request) throws IOException {
    return Json.read(SpooledEvent.Head.class, request.getBody().toByteArray()).type();
  }
}
