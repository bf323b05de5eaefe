package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Several addresses of a host fail in different ways. */
final class FailureDiagnosisTest {
  @Test
  void theAddressThatCameFarthestTellsWhy() {
    IOException first = new ConnectException("canary");
    assertEquals("no connection", found(first));
    first.addSuppressed(new SocketException("canary"));
    assertEquals("the connection broke (SocketException)", found(first));
    first.addSuppressed(new SSLHandshakeException("Received fatal alert: x"));
    assertEquals("TLS fails: Received fatal alert: x", found(first));
  }

  private static String found(IOException failure) {
    HandshakeTrace tls = new HandshakeTrace();
    return FailureDiagnosis.of(
            failure,
            new FailureDiagnosis.FailedRequest(
                new ConnectionTrace(tls, () -> {}),
                tls,
                null,
                List.of(),
                "fleet.example.com",
                Instant.EPOCH))
        .found();
  }
}
