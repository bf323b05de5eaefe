package org.kextwatch.demo.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.webhook.ClockSkew;

/**
 * Verifies a delivery, passes it to the consumer and decides the answer. Knows no HTTP server.
 * Thread-safe if the consumer is.
 */
final class DeliveryHandler {
  /** The exact value that n8n, Fluent Bit and Logstash accept for JSON, without a charset. */
  private static final String JSON = "application/json";

  private final SignatureVerifier verifier;
  private final Consumer<Delivery> consumer;
  private final InstantSource clock;
  private final Inbox inbox = new Inbox();

  DeliveryHandler(SignatureVerifier verifier, Consumer<Delivery> consumer, InstantSource clock) {
    this.verifier = verifier;
    this.consumer = consumer;
    this.clock = clock;
  }

  /** The answer to a delivery: a status and a small JSON document. */
  record Answer(int status, String json) {
    static Answer rejected(int status, String error) {
      return new Answer(status, "{\"error\":\"" + error + "\"}");
    }
  }

  /**
   * Handles one POST. The consumer gets rejected ones too.
   *
   * @param headers the value of a header, {@code null} if there is none
   */
  Answer handle(Function<String, @Nullable String> headers, byte[] body) {
    String id = header(headers, "webhook-id");
    String text = new String(body, StandardCharsets.UTF_8);
    Instant now = clock.instant();
    boolean verified = isVerified(headers, id, body, now);
    boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body);
    ParsedEvent event =
        ParsedEvent.parse(text).filter(e -> isText && e.id().equals(id)).orElse(null);
    boolean accepted = verified && event != null && header(headers, "Content-Type").equals(JSON);
    Inbox.Place place =
        accepted && event != null
            ? inbox.add(id, event.streamid(), event.sequence())
            : new Inbox.Place(false, 0);
    String attempt = header(headers, "webhook-attempt");
    consumer.accept(
        new Delivery(
            id,
            event,
            verified,
            place.duplicate(),
            place.missing(),
            attempt.matches("[0-9]{1,9}") ? Integer.parseInt(attempt) : 0,
            now,
            text));
    if (!verified) {
      return Answer.rejected(401, "the signature is not valid");
    }
    if (event == null) {
      return Answer.rejected(
          400, "the body is not a CloudEvents 1.0 event with the id of the header");
    }
    if (!accepted) {
      return Answer.rejected(415, "the content type is not exactly " + JSON);
    }
    return new Answer(200, "{\"received\":true,\"duplicate\":" + place.duplicate() + "}");
  }

  private boolean isVerified(
      Function<String, @Nullable String> headers, String id, byte[] body, Instant now) {
    String seconds = header(headers, "webhook-timestamp");
    if (!seconds.matches("[0-9]{1,12}")) {
      return false;
    }
    long timestamp = Long.parseLong(seconds);
    return !new ClockSkew(now.getEpochSecond() - timestamp).breaksSignatures()
        && verifier.isValid(id, timestamp, body, header(headers, "webhook-signature"));
  }

  private static String header(Function<String, @Nullable String> headers, String name) {
    String value = headers.apply(name);
    return value == null ? "" : value;
  }
}
