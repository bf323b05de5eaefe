package org.kextwatch.agent.report;

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
import org.kextwatch.agent.report.EventData.Cause;
import org.kextwatch.agent.report.EventData.ChangedData;
import org.kextwatch.agent.report.EventData.HeartbeatData;
import org.kextwatch.agent.report.EventData.StartedData;
import org.kextwatch.agent.report.EventData.StoppingData;
import org.kextwatch.agent.status.Transition;

/** A courier with a spool, a clock that is moved by hand, and a real HTTPS server to go to. */
abstract class CourierRig {
  static final Duration HEARTBEAT = Duration.ofMinutes(15);

  /** A third of it, for a device in the middle of its fleet. */
  static final Duration SPLAY = Duration.ofMinutes(2).plusSeconds(30);

  @TempDir Path mac;

  final MockWebServer server = new MockWebServer();
  final TestClock clock = new TestClock();
  final FaultyDisk disk = new FaultyDisk();
  final EventWriter writer = new EventWriter();
  Endpoints endpoints;
  Path folder;
  Spool spool;
  Courier courier;

  @BeforeEach
  void start() throws IOException {
    Endpoints.useHttps(server);
    server.start();
    endpoints = new Endpoints(mac);
    folder = mac.resolve("spool");
    spool = new Spool(folder, disk);
    spool.open();
    courier = courier(settings(url("/hook")));
  }

  @AfterEach
  void stop() {
    courier.close();
    server.close();
  }

  /** Past the splay, with nothing to send; returns the time until the first heartbeat. */
  Duration settle() {
    clock.advance(SPLAY);
    return courier.step();
  }

  Courier courier(Settings settings) {
    return courier(settings, this::beat);
  }

  Optional<Event> beat() {
    return Optional.of(
        writer.write(new HeartbeatData(Samples.STATUS, 0, 900), Samples.DEVICE, clock.instant()));
  }

  Courier courier(Settings settings, Supplier<Optional<Event>> heartbeat) {
    return new Courier(
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
    return Endpoints.settings(Endpoints.at(endpoint));
  }

  String url(String path) {
    return "https://localhost:" + server.getPort() + path;
  }

  void keep(List<Event> events) throws IOException {
    for (Event event : events) {
      spool.append(event);
      courier.committed(event.sequence());
    }
  }

  void answer(int... codes) {
    for (int code : codes) {
      server.enqueue(new MockResponse.Builder().code(code).build());
    }
  }

  Event started(long sequence) {
    return writer.write(
        new StartedData(Samples.STATUS), Samples.DEVICE, Samples.NOW, Samples.STREAM, sequence);
  }

  Event stopping(long sequence) {
    return writer.write(
        new StoppingData(Samples.STATUS, Cause.SIGNAL),
        Samples.DEVICE,
        Samples.NOW,
        Samples.STREAM,
        sequence);
  }

  Event changed(long sequence) {
    return writer.write(
        new ChangedData(Samples.STATUS, List.of(), Transition.NEW),
        Samples.DEVICE,
        Samples.NOW,
        Samples.STREAM,
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
