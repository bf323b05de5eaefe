package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.nio.file.Path;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a simulated Mac that has a webhook, and a real server that is not started yet. */
public abstract class OnAWebhook {
  @TempDir protected Path mac;
  protected final MockWebServer server = new MockWebServer();
  protected WebhookRig endpoints;

  @BeforeEach
  final void prepareTheMac() throws IOException {
    endpoints = new WebhookRig(mac);
  }

  @AfterEach
  final void closeServer() {
    server.close();
  }

  /** Starts the server with a certificate that the Mac trusts. */
  protected final void start() throws IOException {
    WebhookRig.useHttps(server);
    server.start();
  }

  protected final String url(String path) {
    return server.url(path).toString();
  }

  protected final void answer(int... codes) {
    for (int code : codes) {
      server.enqueue(new MockResponse.Builder().code(code).build());
    }
  }
}
