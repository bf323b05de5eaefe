package org.kextwatch.demo.receiver;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What becomes of a delivery, whatever it came by. Thread-safe if the consumer is. */
final class Reception {
  /** n8n, Fluent Bit and Logstash take nothing else for JSON, not even with a charset. */
  private static final String JSON = "application/json";

  /** As in the reference verifiers of Standard Webhooks: replays of old deliveries are refused. */
  private static final long TOLERANCE_SECONDS = 300;

  private final SignatureCheck signature;
  private final Consumer<Received> consumer;
  private final InstantSource clock;
  private final Inbox inbox = new Inbox();

  Reception(SignatureCheck signature, Consumer<Received> consumer, InstantSource clock) {
    this.signature = signature;
    this.consumer = consumer;
    this.clock = clock;
  }

  /** The answer to a delivery: a status and a small JSON document. */
  record Answer(int status, String json) {
    static Answer refused(int status, String error) {
      return new Answer(status, "{\"error\":\"" + error + "\"}");
    }
  }

  /**
   * Takes one delivery and hands it on, the refused ones too.
   *
   * @param headers the value of a header, {@code null} if there is none
   */
  Answer receive(Function<String, @Nullable String> headers, byte[] body) {
    String id = header(headers, "webhook-id");
    String text = new String(body, StandardCharsets.UTF_8);
    Instant now = clock.instant();
    boolean verified = isVerified(headers, id, body, now);
    boolean isText = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body);
    EventMembers event =
        EventMembers.parse(text).filter(e -> isText && e.id().equals(id)).orElse(null);
    boolean accepted = verified && event != null && header(headers, "Content-Type").equals(JSON);
    Inbox.Place place =
        accepted && event != null
            ? inbox.add(id, event.streamid(), event.sequence())
            : new Inbox.Place(false, 0);
    consumer.accept(received(headers, id, event, verified, place, now, text));
    if (!verified) {
      return Answer.refused(401, "the signature does not hold");
    }
    if (event == null) {
      return Answer.refused(
          400, "the body is not a CloudEvents 1.0 event with the id of the header");
    }
    if (!accepted) {
      return Answer.refused(415, "the content type is not exactly " + JSON);
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
    return Math.abs(now.getEpochSecond() - timestamp) <= TOLERANCE_SECONDS
        && signature.holds(id, timestamp, body, header(headers, "webhook-signature"));
  }

  private static Received received(
      Function<String, @Nullable String> headers,
      String id,
      @Nullable EventMembers event,
      boolean verified,
      Inbox.Place place,
      Instant now,
      String body) {
    String attempt = header(headers, "webhook-attempt");
    return new Received(
        id,
        event == null ? null : event.type(),
        event == null ? null : event.streamid(),
        event == null ? null : event.sequence(),
        event == null ? null : event.subject(),
        event == null ? null : event.text(),
        verified,
        place.duplicate(),
        place.missing(),
        attempt.matches("[0-9]{1,9}") ? Integer.parseInt(attempt) : 0,
        now,
        body);
  }

  private static String header(Function<String, @Nullable String> headers, String name) {
    String value = headers.apply(name);
    return value == null ? "" : value;
  }
}
