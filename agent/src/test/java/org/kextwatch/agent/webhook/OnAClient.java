package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.junit5.StartStop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;

/** A test of a client and a real HTTPS server. */
abstract class OnAClient extends OnAWebhook {
  static final CloudEvent EVENT = EventSamples.test();
  static final byte[] BODY = EVENT.body().toByteArray();

  @StartStop final MockWebServer other = new MockWebServer();
  WebhookClient client;

  @BeforeEach
  final void startServerAndClient() throws IOException {
    start();
    client = endpoints.client(WebhookRig.at(url()));
  }

  @AfterEach
  final void closeClient() {
    client.close();
  }

  final String url() {
    return url(WebhookRig.PATH);
  }

  final void use(Settings settings) {
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
