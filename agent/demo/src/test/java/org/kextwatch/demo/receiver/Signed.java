package org.kextwatch.demo.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.http.HttpHeaders;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.webhook.WebhookSecret;
import org.kextwatch.agent.webhook.WebhookSignature;

/** One delivery as it goes over the wire, and the secret of whoever gets it. */
record Signed(String secret, String id, long timestamp, String body, String signature) {

  /** Signed as the agent does it. */
  static Signed of(String secret, CloudEvent event, long timestamp) {
    return new Signed(
        secret,
        event.id(),
        timestamp,
        event.body().utf8(),
        WebhookSignature.header(
            List.of(WebhookSecret.parse(secret)),
            event.id(),
            timestamp,
            event.body().toByteArray()));
  }

  Signed withBody(String newBody) {
    return new Signed(secret, id, timestamp, newBody, signature);
  }

  Signed withId(String newId) {
    return new Signed(secret, newId, timestamp, body, signature);
  }

  Signed withTimestamp(long newTimestamp) {
    return new Signed(secret, id, newTimestamp, body, signature);
  }

  Signed withSignature(String newSignature) {
    return new Signed(secret, id, timestamp, body, newSignature);
  }

  /** As one line of text. */
  String line() {
    return String.join(
        "\t",
        secret,
        id,
        Long.toString(timestamp),
        signature,
        Base64.getEncoder().encodeToString(body.getBytes(UTF_8)));
  }

  private Map<String, String> headers() {
    return Map.of(
        "Content-Type",
        "application/json",
        "webhook-id",
        id,
        "webhook-timestamp",
        Long.toString(timestamp),
        "webhook-signature",
        signature);
  }

  /** Whether our receiver takes its signature, whatever else it may find. */
  boolean holdsForUs() {
    return new DeliveryHandler(SignatureVerifier.of(secret), received -> {}, Instant::now)
            .handle(headers()::get, body.getBytes(UTF_8))
            .status()
        != 401;
  }

  /** Whether the Standard Webhooks library for Java takes it. */
  boolean holdsForTheJavaLibrary() {
    Map<String, List<String>> all = new HashMap<>();
    headers().forEach((name, value) -> all.put(name, List.of(value)));
    try {
      new Webhook(secret).verify(body, HttpHeaders.of(all, (name, value) -> true));
      return true;
    } catch (WebhookVerificationException | EmptyWebhookSecretException e) {
      return false;
    }
  }
}
