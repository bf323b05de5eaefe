package org.kextwatch.agent.report;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.tinylog.Logger;

/**
 * Posts events to the endpoint, one request for each call: no redirect is followed and nothing is
 * tried again, for only then is a signature as old as its request. For use by one thread, but for
 * {@link #cancel}.
 */
public final class WebhookClient implements AutoCloseable {
  private static final long MAX_ANSWER_BYTES = 64 << 10;

  final OkHttpClient http;
  private final HttpUrl url;
  private final List<WebhookSecret> secrets;
  private final Headers headers;
  private final ProxyLogin login;
  private final InstantSource clock;

  WebhookClient(
      OkHttpClient http,
      HttpUrl url,
      List<WebhookSecret> secrets,
      Headers headers,
      ProxyLogin login,
      InstantSource clock) {
    this.http = http;
    this.url = url;
    this.secrets = List.copyOf(secrets);
    this.headers = headers;
    this.login = login;
    this.clock = clock;
  }

  /** All of the address that may be told: scheme, host, and port unless it is the usual one. */
  public String where() {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    boolean usual = url.port() == HttpUrl.defaultPort(url.scheme());
    return url.scheme() + "://" + host + (usual ? "" : ":" + url.port());
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
  public Sent send(String id, byte[] body, int attempt) {
    Sent sent = post(id, body, attempt);
    if (sent.outcome() != DeliveryClass.DELIVERED) {
      rest(); // until the next attempt a connection can die without a word
    }
    return sent;
  }

  private Sent post(String id, byte[] body, int attempt) {
    login.forget();
    Head head = new Head();
    long timestamp = clock.instant().getEpochSecond();
    try {
      Request request =
          new Request.Builder()
              .url(url)
              .headers(headers)
              .header("webhook-id", id)
              .header("webhook-timestamp", Long.toString(timestamp))
              .header("webhook-signature", Signature.header(secrets, id, timestamp, body))
              .header("webhook-attempt", Integer.toString(attempt))
              .post(new EventBody(body))
              .build();
      Call call = http.newCall(request);
      call.addEventListener(head);
      try (Response response = call.execute()) {
        Sent sent = judge(head.answer == null ? response : head.answer);
        finish(call, response);
        return sent;
      }
    } catch (IOException e) {
      if (head.answer != null) {
        return judge(head.answer);
      }
      return login.isRefused()
          ? Sent.unanswered(DeliveryClass.MISCONFIGURED, where() + ": the proxy wants a login")
          : Sent.unanswered(DeliveryClass.TRANSIENT, where() + ": " + describe(e));
    } catch (RuntimeException e) {
      // An answer that leads the HTTP client astray must not end the delivery.
      Logger.debug("{} made the HTTP client fail: {}", where(), e.getClass().getName());
      String note =
          where() + ": its answer is not understood (" + e.getClass().getSimpleName() + ")";
      return head.answer == null
          ? Sent.unanswered(DeliveryClass.TRANSIENT, note)
          : judge(head.answer);
    }
  }

  private Sent judge(Response response) {
    Instant now = clock.instant();
    Optional<Instant> serverTime = RetryAfter.date(response.header("Date"));
    DeliveryClass outcome = DeliveryClass.of(response.code());
    String redirect = response.isRedirect() ? "; redirects are not followed" : "";
    return new Sent(
        outcome,
        RetryAfter.parse(response.header("Retry-After"), serverTime.orElse(now)).orElse(null),
        "%s answered %d%s".formatted(where(), response.code(), redirect),
        serverTime.map(time -> Duration.between(time, now).toSeconds()).orElse(null));
  }

  /**
   * The head of the answer as it came. Once it is here the endpoint has decided, whatever comes
   * after; OkHttp keeps it from its caller if a 204 has a body or the time is up a moment later.
   */
  private static final class Head extends EventListener {
    private @Nullable Response answer;

    @Override
    public void responseHeadersEnd(Call call, Response response) {
      answer = response;
    }
  }

  /** Reads the rest of a short answer, so that the connection can be used again. */
  private static void finish(Call call, Response response) {
    try {
      if (response.body().source().request(MAX_ANSWER_BYTES)) {
        call.cancel();
      }
    } catch (IOException e) {
      call.cancel(); // the status was all that counts
    }
  }

  /** The messages of other exceptions may hold more of the address than may be told. */
  private static String describe(IOException e) {
    if (e instanceof UnknownHostException) {
      return "its name does not resolve";
    }
    if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return "no connection";
    }
    if (e instanceof InterruptedIOException) {
      return "no answer in time";
    }
    if (e instanceof SSLException) {
      return "TLS fails: " + OneLine.of(String.valueOf(e.getMessage()));
    }
    return "the connection broke (" + e.getClass().getSimpleName() + ")";
  }

  /** Lets go of idle connections and their threads, until the next event. */
  public void rest() {
    http.connectionPool().evictAll();
  }

  /** Breaks off what is under way. For any thread. */
  public void cancel() {
    http.dispatcher().cancelAll();
  }

  @Override
  public void close() {
    cancel();
    rest();
  }
}
