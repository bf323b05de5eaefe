package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import mockwebserver3.MockResponse;
import okhttp3.Protocol;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A heartbeat costs a connection, but no full handshake. */
final class ResumptionTest extends OnAWebhook {
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aSinglePostResumesTheSessionOfTheOneBefore(String version) throws Exception {
    server.useHttps(new TlsVersion(version, WebhookRig.serverSockets()));
    server.setProtocols(List.of(Protocol.HTTP_1_1));
    server.start();
    try (WebhookClient client = client()) {
      assertEquals(1, certificatesOf(client));
      for (int post = 0; post < 3; post++) {
        client.closeIdleConnections();
        assertEquals(0, certificatesOf(client), "a full handshake");
      }
    }
    try (WebhookClient other = client()) {
      assertEquals(1, certificatesOf(other), "other settings trust for themselves");
    }
  }

  private WebhookClient client() {
    return endpoints.client(WebhookRig.at(url("/hook")));
  }

  /** Posts once. A server shows its certificates in a full handshake alone. */
  private int certificatesOf(WebhookClient client) {
    server.enqueue(new MockResponse.Builder().build());
    assertEquals(
        DeliveryOutcome.DELIVERED, client.send("evt_1", "{}".getBytes(UTF_8), 1).outcome());
    return client.tls().chain().size();
  }
}
