package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.Cause;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventData.StoppingData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.FaultyDisk;
import org.kextwatch.agent.mac.TestClock;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.webhook.WebhookRig;

/** A dispatcher with a spool, a clock that is moved by hand, and a real HTTPS server to go to. */
abstract class DispatcherRig {
  static final Duration HEARTBEAT = Duration.ofMinutes(15);

  /** A third of it, for a device in the middle of its fleet. */
  static final Duration SPLAY = Duration.ofMinutes(2).plusSeconds(30);

  @TempDir Path mac;

  final MockWebServer server = new MockWebServer();
  final TestClock clock = new TestClock();
  final FaultyDisk disk = new FaultyDisk();
  final EventWriter writer = new EventWriter();
  WebhookRig endpoints;
  Path folder;
  Spool spool;
  EventDispatcher dispatcher;

  @BeforeEach
  void start() throws IOException {
    WebhookRig.useHttps(server);
    server.start();
    endpoints = new WebhookRig(mac);
    folder = mac.resolve("spool");
    spool = new Spool(folder, disk);
    spool.open();
    dispatcher = dispatcher(settings(url("/hook")));
  }

  @AfterEach
  void stop() {
    dispatcher.close();
    server.close();
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
    return Optional.of(
        writer.write(
            new HeartbeatData(EventSamples.STATUS, 0, 900), EventSamples.DEVICE, clock.instant()));
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

  String url(String path) {
    return "https://localhost:" + server.getPort() + path;
  }

  void keep(List<CloudEvent> events) throws IOException {
    for (CloudEvent event : events) {
      spool.append(event);
      dispatcher.committed(event.sequence());
    }
  }

  void answer(int... codes) {
    for (int code : codes) {
      server.enqueue(new MockResponse.Builder().code(code).build());
    }
  }

  CloudEvent started(long sequence) {
    return writer.write(
        new StartedData(EventSamples.STATUS),
        EventSamples.DEVICE,
        EventSamples.NOW,
        EventSamples.STREAM,
        sequence);
  }

  CloudEvent stopping(long sequence) {
    return writer.write(
        new StoppingData(EventSamples.STATUS, Cause.SIGNAL),
        EventSamples.DEVICE,
        EventSamples.NOW,
        EventSamples.STREAM,
        sequence);
  }

  CloudEvent changed(long sequence) {
    return writer.write(
        new ChangedData(EventSamples.STATUS, List.of(), Transition.NEW),
        EventSamples.DEVICE,
        EventSamples.NOW,
        EventSamples.STREAM,
        sequence);
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
