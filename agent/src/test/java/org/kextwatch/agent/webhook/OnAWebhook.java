package org.kextwatch.agent.webhook;

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
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.TestData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.EventWriter;

/** A test of a client and a real HTTPS server that answers as it is told. */
abstract class OnAWebhook {
  static final CloudEvent EVENT =
      new EventWriter()
          .write(new TestData(EventSamples.STATUS), EventSamples.DEVICE, EventSamples.NOW);
  static final byte[] BODY = EVENT.body().toByteArray();

  @StartStop final MockWebServer other = new MockWebServer();
  final MockWebServer server = new MockWebServer();

  @TempDir Path mac;
  WebhookRig endpoints;
  WebhookClient client;

  @BeforeEach
  void start() throws IOException {
    WebhookRig.useHttps(server);
    server.start();
    endpoints = new WebhookRig(mac);
    client = endpoints.client(WebhookRig.at(url()));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  final String url() {
    return "https://localhost:" + server.getPort() + WebhookRig.PATH;
  }

  final void use(Settings.Webhook settings) {
    client.close();
    client = endpoints.client(settings);
  }

  final void use(InstantSource clock, Duration limit) {
    client.close();
    client = endpoints.client(WebhookRig.at(url()), clock, limit);
  }

  final SendResult send() {
    return client.send(EVENT.id(), BODY, 1);
  }

  static MockResponse.Builder answer(int code) {
    return new MockResponse.Builder().code(code);
  }
}
