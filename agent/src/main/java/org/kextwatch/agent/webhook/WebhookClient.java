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
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/**
 * Posts events to the endpoint, one request for each call. It follows no redirect and retries
 * nothing, so that every request has a new signature. For one thread; only {@link #cancel} is
 * thread-safe.
 */
public final class WebhookClient implements AutoCloseable {
  private static final long MAX_RESPONSE_BYTES = 64 << 10;
  private static final int MAX_BODY_START_BYTES = 1 << 10;

  /** How long a connection may take to end that has had its time. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final MediaType JSON = MediaType.get("application/json");

  public final OkHttpClient http;
  private final HttpUrl url;
  private final List<WebhookSecret> secrets;
  private final Headers headers;
  private final ProxyAuthenticator login;
  private final HandshakeTrace tls;
  private final WebhookSockets sockets;
  private final InstantSource clock;
  private ConnectionTrace trace;
  private @Nullable String lastDate;
  private Optional<Instant> lastServerTime = Optional.empty();

  WebhookClient(
      OkHttpClient http,
      HttpUrl url,
      List<WebhookSecret> secrets,
      Headers headers,
      ProxyAuthenticator login,
      HandshakeTrace tls,
      WebhookSockets sockets,
      InstantSource clock) {
    this.http = http;
    this.url = url;
    this.secrets = List.copyOf(secrets);
    this.headers = headers;
    this.login = login;
    this.tls = tls;
    this.sockets = sockets;
    this.clock = clock;
    this.trace = new ConnectionTrace(tls, () -> {});
  }

  /**
   * The part of the address that is not secret: scheme, host, and port if it is not the default.
   */
  public String where() {
    return ResponseDiagnosis.where(url);
  }

  /** How far the last request got. */
  ConnectionTrace trace() {
    return trace;
  }

  /** The last handshake. */
  HandshakeTrace tls() {
    return tls;
  }

  /** The number of secrets that sign, for people. */
  String secrets() {
    return secrets.size() == 1 ? "one secret" : secrets.size() + " secrets";
  }

  /**
   * Makes one attempt. Failures are results, too.
   *
   * @param id of the event, the same on every attempt
   * @param attempt from 1
   */
  public SendResult send(String id, byte[] body, int attempt) {
    return send(id, body, attempt, () -> {});
  }

  /**
   * Makes one attempt. Failures are results, too.
   *
   * @param meanwhile is done on this thread once the request has been sent, while the answer is
   *     awaited; it must not throw anything
   */
  public SendResult send(String id, byte[] body, int attempt, Runnable meanwhile) {
    sockets.renew();
    Duration longest = Duration.ofMillis(http.callTimeoutMillis()).plus(GRACE);
    SendResult result = sockets.within(longest, () -> post(id, body, attempt, meanwhile));
    boolean isLong = sockets.received() > MAX_RESPONSE_BYTES; // and the rest may be on its way
    if (isLong || result.outcome() != DeliveryOutcome.DELIVERED) {
      closeIdleConnections(); // an idle connection may break before the next attempt
    }
    return result;
  }

  private SendResult post(String id, byte[] body, int attempt, Runnable meanwhile) {
    login.reset();
    ConnectionTrace current = new ConnectionTrace(tls, meanwhile);
    trace = current;
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
      call.addEventListener(current);
      try (Response response = call.execute()) {
        String bodyStart = finish(call, response);
        Response head = current.responseHead();
        return result(head == null ? response : head, bodyStart);
      }
    } catch (IOException e) {
      Response head = current.responseHead();
      return head == null ? noResponse(sockets.cause(e), current) : result(head, "");
    } catch (RuntimeException e) {
      // A response that the HTTP client cannot handle must not end the delivery.
      Logger.debug("{} made the HTTP client fail: {}", where(), e.getClass().getName());
      Response head = current.responseHead();
      return head == null
          ? SendResult.noResponse(
              DeliveryOutcome.TRANSIENT,
              "%s: its response is not valid HTTP (%s)"
                  .formatted(where(), e.getClass().getSimpleName()),
              "Check what the receiver answers, and proxies or gateways in front of it.")
          : result(head, "");
    }
  }

  private SendResult noResponse(IOException e, ConnectionTrace failed) {
    X509TrustManager trust = http.x509TrustManager();
    FailureDiagnosis diagnosis =
        FailureDiagnosis.of(
            e,
            new FailureDiagnosis.FailedRequest(
                failed,
                tls,
                login.failure(),
                trust == null ? List.of() : List.of(trust.getAcceptedIssuers()),
                url.host(),
                Instant.now())); // the clock by which Java checks certificates
    return SendResult.noResponse(
        diagnosis.outcome(), where() + ": " + diagnosis.found(), diagnosis.remedy());
  }

  private SendResult result(Response head, String bodyStart) {
    Instant now = clock.instant();
    Optional<Instant> serverTime = serverTime(head.header("Date"));
    ResponseDiagnosis diagnosis = ResponseDiagnosis.of(head, bodyStart, url, tls);
    return new SendResult(
        DeliveryOutcome.of(head.code()),
        RetryAfter.parse(head.header("Retry-After"), serverTime.orElse(now)).orElse(null),
        where() + " " + diagnosis.found(),
        serverTime.map(time -> Duration.between(time, now).toSeconds()).orElse(null),
        diagnosis.remedy());
  }

  /** Parses a date only if it differs from the last one: many answers of a second have the same. */
  private Optional<Instant> serverTime(@Nullable String date) {
    if (date != null && !date.equals(lastDate)) {
      lastServerTime = RetryAfter.date(date);
    }
    lastDate = date;
    return date == null ? Optional.empty() : lastServerTime;
  }

  /**
   * Reads the rest of a short response, so that the connection can be reused. Returns the first
   * bytes of the body as ISO 8859-1.
   */
  private static String finish(Call call, Response response) {
    BufferedSource body = response.body().source();
    try {
      if (body.request(MAX_RESPONSE_BYTES)) {
        call.cancel();
      }
    } catch (IOException e) {
      call.cancel(); // only the status matters
    }
    Buffer read = body.getBuffer();
    return read.snapshot((int) Math.min(read.size(), MAX_BODY_START_BYTES))
        .string(StandardCharsets.ISO_8859_1);
  }

  /** Closes idle connections, so that none is open while nothing is sent. */
  public void closeIdleConnections() {
    sockets.within(
        GRACE,
        () -> {
          http.connectionPool().evictAll();
          return true;
        });
  }

  /** Cancels a request that is under way. Thread-safe. */
  public void cancel() {
    http.dispatcher().cancelAll();
  }

  @Override
  public void close() {
    cancel();
    closeIdleConnections();
  }

  /**
   * The body of a request. It has no charset in its type, because n8n and Fluent Bit accept none.
   * It is one-shot, because OkHttp would send it again after a 503 with Retry-After: 0.
   */
  private static final class EventBody extends RequestBody {
    private final byte[] bytes;

    EventBody(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public MediaType contentType() {
      return JSON;
    }

    @Override
    public long contentLength() {
      return bytes.length;
    }

    @Override
    public boolean isOneShot() {
      return true;
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
      sink.write(bytes);
    }
  }
}
