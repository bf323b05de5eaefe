package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import org.tinylog.Logger;

/**
 * Posts events to the endpoint, one request for each call: no redirect is followed and nothing is
 * tried again, for only then is a signature as old as its request. For use by one thread, but for
 * {@link #cancel}.
 */
public final class WebhookClient implements AutoCloseable {
  private static final long MAX_ANSWER_BYTES = 64 << 10;
  private static final int MAX_BEGIN_BYTES = 1 << 10;

  public final OkHttpClient http;
  private final HttpUrl url;
  private final List<WebhookSecret> secrets;
  private final Headers headers;
  private final ProxyAuthenticator login;
  private final HandshakeTrace tls;
  private final InstantSource clock;
  private ConnectionTrace seen;

  WebhookClient(
      OkHttpClient http,
      HttpUrl url,
      List<WebhookSecret> secrets,
      Headers headers,
      ProxyAuthenticator login,
      HandshakeTrace tls,
      InstantSource clock) {
    this.http = http;
    this.url = url;
    this.secrets = List.copyOf(secrets);
    this.headers = headers;
    this.login = login;
    this.tls = tls;
    this.clock = clock;
    this.seen = new ConnectionTrace(tls);
  }

  /** All of the address that may be told: scheme, host, and port unless it is the usual one. */
  public String where() {
    return ResponseDiagnosis.where(url);
  }

  /** How far the last attempt came. */
  ConnectionTrace seen() {
    return seen;
  }

  /** What the last handshake showed. */
  HandshakeTrace tls() {
    return tls;
  }

  /** How many secrets sign, for people. */
  String secrets() {
    return secrets.size() == 1 ? "one secret" : secrets.size() + " secrets";
  }

  /**
   * Makes one attempt. Whatever happens is a value.
   *
   * @param id of the event, the same on every attempt
   * @param attempt from 1
   */
  public SendResult send(String id, byte[] body, int attempt) {
    SendResult sent = post(id, body, attempt);
    if (sent.outcome() != DeliveryOutcome.DELIVERED) {
      closeIdleConnections(); // until the next attempt a connection can die without a word
    }
    return sent;
  }

  private SendResult post(String id, byte[] body, int attempt) {
    login.forget();
    ConnectionTrace witness = new ConnectionTrace(tls);
    seen = witness;
    long timestamp = clock.instant().getEpochSecond();
    try {
      Request request =
          new Request.Builder()
              .url(url)
              .headers(headers)
              .header("webhook-id", id)
              .header("webhook-timestamp", Long.toString(timestamp))
              .header("webhook-signature", WebhookSignature.header(secrets, id, timestamp, body))
              .header("webhook-attempt", Integer.toString(attempt))
              .post(new EventBody(body))
              .build();
      Call call = http.newCall(request);
      call.addEventListener(witness);
      try (Response response = call.execute()) {
        String begin = finish(call, response);
        Response head = witness.answer();
        return judge(head == null ? response : head, begin);
      }
    } catch (IOException e) {
      Response head = witness.answer();
      return head == null ? unanswered(e, witness) : judge(head, "");
    } catch (RuntimeException e) {
      // An answer that leads the HTTP client astray must not end the delivery.
      Logger.debug("{} made the HTTP client fail: {}", where(), e.getClass().getName());
      Response head = witness.answer();
      return head == null
          ? SendResult.unanswered(
              DeliveryOutcome.TRANSIENT,
              "%s: its answer is not understood (%s)"
                  .formatted(where(), e.getClass().getSimpleName()),
              "See what the receiver answers, and what stands before it.")
          : judge(head, "");
    }
  }

  private SendResult unanswered(IOException e, ConnectionTrace witness) {
    X509TrustManager trust = http.x509TrustManager();
    FailureDiagnosis why =
        FailureDiagnosis.of(
            e,
            new FailureDiagnosis.Attempt(
                witness,
                tls,
                login.refusal(),
                trust == null ? List.of() : List.of(trust.getAcceptedIssuers()),
                url.host(),
                Instant.now())); // Java judges by its own clock too
    return SendResult.unanswered(why.outcome(), where() + ": " + why.found(), why.remedy());
  }

  private SendResult judge(Response head, String begin) {
    Instant now = clock.instant();
    Optional<Instant> serverTime = RetryAfter.date(head.header("Date"));
    ResponseDiagnosis reply = ResponseDiagnosis.of(head, begin, url, tls);
    return new SendResult(
        DeliveryOutcome.of(head.code()),
        RetryAfter.parse(head.header("Retry-After"), serverTime.orElse(now)).orElse(null),
        where() + " " + reply.found(),
        serverTime.map(time -> Duration.between(time, now).toSeconds()).orElse(null),
        reply.remedy());
  }

  /**
   * Reads the rest of a short answer, so that the connection can be used again. Returns how the
   * body begins, byte by byte.
   */
  private static String finish(Call call, Response response) {
    BufferedSource body = response.body().source();
    try {
      if (body.request(MAX_ANSWER_BYTES)) {
        call.cancel();
      }
    } catch (IOException e) {
      call.cancel(); // the status was all that counts
    }
    Buffer read = body.getBuffer();
    return read.snapshot((int) Math.min(read.size(), MAX_BEGIN_BYTES))
        .string(StandardCharsets.ISO_8859_1);
  }

  /** Lets go of idle connections and their threads, until the next event. */
  public void closeIdleConnections() {
    http.connectionPool().evictAll();
  }

  /** Breaks off what is under way. For any thread. */
  public void cancel() {
    http.dispatcher().cancelAll();
  }

  @Override
  public void close() {
    cancel();
    closeIdleConnections();
  }
}
