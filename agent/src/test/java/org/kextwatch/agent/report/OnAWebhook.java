package org.kextwatch.agent.report;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.report.EventData.TestData;

/** A test of a client and a real HTTPS server that answers as it is told. */
abstract class OnAWebhook {
  static final Event EVENT =
      new EventWriter().write(new TestData(Samples.STATUS), Samples.DEVICE, Samples.NOW);
  static final byte[] BODY = EVENT.body().toByteArray();

  @StartStop final MockWebServer other = new MockWebServer();
  final MockWebServer server = new MockWebServer();

  @TempDir Path mac;
  Endpoints endpoints;
  WebhookClient client;

  @BeforeEach
  void start() throws IOException {
    Endpoints.useHttps(server);
    server.start();
    endpoints = new Endpoints(mac);
    client = endpoints.client(Endpoints.at(url()));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  final String url() {
    return "https://localhost:" + server.getPort() + Endpoints.PATH;
  }

  final void use(Settings.Webhook settings) {
    client.close();
    client = endpoints.client(settings);
  }

  final void use(InstantSource clock, Duration limit) {
    client.close();
    client = endpoints.client(Endpoints.at(url()), clock, limit);
  }

  final Sent send() {
    return client.send(EVENT.id(), BODY, 1);
  }

  static MockResponse.Builder answer(int code) {
    return new MockResponse.Builder().code(code);
  }
}
