package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.SocketEffect;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.EventSamples;

/** Every status with every Retry-After: one request, the right outcome, the right wait. */
final class AnswerMatrixIT {
  private static final byte[] BODY = "{}".getBytes(UTF_8);
  private static final InstantSource CLOCK =
      InstantSource.fixed(EventSamples.NOW.truncatedTo(ChronoUnit.SECONDS));

  /** The registered ones (IANA, HTTP Status Code Registry). */
  private static final List<Integer> REGISTERED =
      Stream.of(
              IntStream.rangeClosed(100, 104),
              IntStream.rangeClosed(200, 208),
              IntStream.of(226),
              IntStream.rangeClosed(300, 308),
              IntStream.rangeClosed(400, 418),
              IntStream.rangeClosed(421, 426),
              IntStream.of(428, 429, 431, 451),
              IntStream.rangeClosed(500, 508),
              IntStream.of(510, 511))
          .flatMap(IntStream::boxed)
          .toList();

  /** Statuses that some servers use all the same, and invalid ones. */
  private static final List<Integer> OTHERS =
      List.of(
          0, 1, 99, 199, 218, 299, 309, 399, 420, 430, 440, 444, 449, 460, 494, 498, 499, 509, 520,
          522, 525, 529, 530, 540, 561, 598, 599, 600, 700, 999, 1000, 2000);

  /** What they mean in seconds at 2026-11-23T18:45:17Z; of two the last counts. */
  private static final List<Wait> WAITS =
      List.of(
          means(null),
          means(0, "0"),
          means(7, "7"),
          means(2, "1.5"),
          means(null, "-1"),
          means(86_400, "99999999999"),
          means(86_400, "9".repeat(40)),
          means(43, "Mon, 23 Nov 2026 18:46:00 GMT"),
          means(43, "Monday, 23-Nov-26 18:46:00 GMT"),
          means(43, "Mon Nov 23 18:46:00 2026"),
          means(0, "Sun, 22 Nov 2026 18:45:17 GMT"),
          means(86_400, "Fri, 01 Jan 2100 00:00:00 GMT"),
          means(null, "soon; or <b>never</b>"),
          means(null, "\u0663\u221e"),
          means(null, ""),
          means(null, " \t "),
          means(7, " \t7 "),
          means(9, "5", "9"),
          means(null, "5, 9"));

  /** Headers, and the wait that they mean, {@code null} for none. */
  private record Wait(@Nullable Duration meant, List<String> headers) {}

  private static Wait means(@Nullable Integer seconds, String... headers) {
    return new Wait(seconds == null ? null : Duration.ofSeconds(seconds), List.of(headers));
  }

  @TempDir private Path mac;
  private final AtomicInteger cells = new AtomicInteger();
  private WebhookRig endpoints;

  @BeforeEach
  void start() throws IOException {
    endpoints = new WebhookRig(mac);
  }

  /** A status over a version of HTTP. */
  private record Row(int code, Protocol protocol) {}

  @TestFactory
  Stream<DynamicTest> everyAnswerWithEveryWait() {
    List<Row> rows =
        Stream.concat(REGISTERED.stream(), OTHERS.stream())
            .flatMap(
                code ->
                    Stream.of(Protocol.HTTP_1_1, Protocol.HTTP_2).map(one -> new Row(code, one)))
            .toList();
    return Stream.concat(
        AtOnce.each(rows, this::check),
        Stream.of(dynamicTest("all cells", () -> assertEquals(96 * 19 * 2, cells.get()))));
  }

  @Test
  void theStatusesAreManyAndEachIsThereOnce() {
    assertEquals(64, REGISTERED.size());
    assertEquals(96, Stream.concat(REGISTERED.stream(), OTHERS.stream()).distinct().count());
    assertEquals(19, WAITS.stream().distinct().count());
  }

  private void check(Row row) throws IOException {
    // HTTP/2 needs TLS; without it HTTP/1.1 takes half the time.
    try (MockWebServer server = row.protocol == Protocol.HTTP_2 ? https() : new MockWebServer()) {
      server.start();
      Settings settings = WebhookRig.at(server.url("").toString());
      try (WebhookClient client = endpoints.client(settings, CLOCK, Patience.AMPLE)) {
        int asked = 0;
        for (Wait wait : WAITS) {
          server.enqueue(answer(row.code, wait));
          SendResult sent = client.send("evt_1", BODY, 1);
          assertEquals(meaning(row.code), sent.outcome(), wait + ": " + sent);
          assertEquals(
              isHeard(row.code) ? wait.meant : null, sent.retryAfter(), wait + ": " + sent);
          assertEquals(++asked, server.getRequestCount());
          cells.incrementAndGet();
        }
      }
    }
  }

  private enum Target {
    HTTPS_TO_HTTPS,
    HTTPS_TO_HTTP,
    HTTP_TO_HTTPS,
    HTTP_TO_HTTP;

    boolean fromHttps() {
      return this == HTTPS_TO_HTTPS || this == HTTPS_TO_HTTP;
    }

    boolean toHttps() {
      return this == HTTPS_TO_HTTPS || this == HTTP_TO_HTTPS;
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingEverReachesTheTargetOfARedirect(Target target) throws IOException {
    try (MockWebServer server = target.fromHttps() ? https() : new MockWebServer();
        MockWebServer other = target.toHttps() ? https() : new MockWebServer()) {
      server.start();
      other.start();
      String scheme = target.fromHttps() ? "https" : "http";
      String url = scheme + "://localhost:" + server.getPort();
      try (WebhookClient client = endpoints.client(WebhookRig.at(url))) {
        int asked = 0;
        for (int code : new int[] {300, 301, 302, 303, 307, 308}) {
          server.enqueue(
              new MockResponse.Builder()
                  .code(code)
                  .addHeader("Location", other.url("/stolen"))
                  .addHeader("Retry-After", "0")
                  .build());
          SendResult sent = client.send("evt_1", BODY, 1);
          assertEquals(DeliveryOutcome.MISCONFIGURED, sent.outcome());
          assertEquals(
              "%s answered %d; it points to %s; redirects are not followed"
                  .formatted(url, code, ResponseDiagnosis.where(other.url("/"))),
              sent.note());
          assertEquals(++asked, server.getRequestCount());
          assertEquals(0, other.getRequestCount());
        }
      }
    }
  }

  private static MockWebServer https() {
    return WebhookRig.server(Protocol.HTTP_2);
  }

  private static MockResponse answer(int code, Wait wait) {
    MockResponse.Builder answer = new MockResponse.Builder().code(code);
    for (String header : wait.headers) {
      answer.addHeaderLenient("Retry-After", header);
    }
    return isInterim(code)
        ? new MockResponse.Builder()
            .addInformationalResponse(answer.build())
            .onResponseStart(new SocketEffect.CloseSocket())
            .build()
        : answer.build();
  }

  /** No answer yet; a 101 would be the last word of HTTP. */
  private static boolean isInterim(int code) {
    return code >= 100 && code <= 199 && code != 101;
  }

  /** RFC 9112 §4: a status has three digits. */
  private static boolean isHeard(int code) {
    return code >= 100 && code <= 999 && !isInterim(code);
  }

  /** As DESIGN has it, written down once more. */
  private static DeliveryOutcome meaning(int code) {
    if (code >= 200 && code <= 299) {
      return DeliveryOutcome.DELIVERED;
    }
    return switch (code) {
      case 410 -> DeliveryOutcome.GONE;
      case 408, 425, 429 -> DeliveryOutcome.TRANSIENT;
      case 400, 409, 413, 415, 422 -> DeliveryOutcome.SUSPECT;
      default ->
          switch (code / 100) {
            case 3, 4 -> DeliveryOutcome.MISCONFIGURED;
            case 5 -> DeliveryOutcome.SERVER_ERROR;
            default -> DeliveryOutcome.TRANSIENT;
          };
    };
  }
}
