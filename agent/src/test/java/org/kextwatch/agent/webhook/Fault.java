package org.kextwatch.agent.webhook;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import mockwebserver3.MockResponse;
import mockwebserver3.PushPromise;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okhttp3.Protocol;

/**
 * What a server does to one request, and the expected result.
 *
 * @param kept whether on a connection that has served before
 * @param meant what the attempt may be
 * @param missed how many attempts the server may miss, of this and those that follow while it is
 *     well
 */
record Fault(
    String name,
    boolean http2,
    boolean kept,
    MockResponse answer,
    Set<DeliveryOutcome> meant,
    int missed) {

  enum Point {
    REQUEST_START,
    REQUEST_BODY,
    RESPONSE_START,
    RESPONSE_BODY,
    RESPONSE_END
  }

  private static final SocketEffect.CloseSocket CLOSE = new SocketEffect.CloseSocket();

  /** RFC 9113 §7; over HTTP/1.1 each of them closes. */
  private static final Map<String, Integer> CODES =
      Map.of(
          "NO_ERROR", 0x0,
          "PROTOCOL_ERROR", 0x1,
          "INTERNAL_ERROR", 0x2,
          "REFUSED_STREAM", 0x7,
          "CANCEL", 0x8,
          "ENHANCE_YOUR_CALM", 0xb,
          "HTTP_1_1_REQUIRED", 0xd);

  /** Every effect that there is, in every variant. */
  static Map<String, SocketEffect> effects() {
    Map<String, SocketEffect> effects = new TreeMap<>();
    effects.put("close", CLOSE);
    effects.put("shut in", new SocketEffect.CloseSocket(false, true, false));
    effects.put("shut out", new SocketEffect.CloseSocket(false, false, true));
    effects.put("shut both", new SocketEffect.CloseSocket(false, true, true));
    effects.put("shut out, close", new SocketEffect.CloseSocket(true, false, true));
    effects.put("shut down", SocketEffect.ShutdownConnection.INSTANCE);
    effects.put("stall", SocketEffect.Stall.INSTANCE);
    CODES.forEach(
        (name, code) -> effects.put("stream " + name, new SocketEffect.CloseStream(code)));
    return effects;
  }

  /** Every effect at every point, over both versions of HTTP, on new and on kept connections. */
  static List<Fault> everyEffectEverywhere() {
    List<Fault> faults = new ArrayList<>();
    for (boolean http2 : new boolean[] {false, true}) {
      for (boolean kept : new boolean[] {false, true}) {
        for (Point point : Point.values()) {
          effects().forEach((name, effect) -> faults.add(at(point, name, effect, http2, kept)));
        }
      }
    }
    return faults;
  }

  private static Fault at(
      Point point, String name, SocketEffect effect, boolean http2, boolean kept) {
    MockResponse.Builder answer = new MockResponse.Builder().code(200).body("a".repeat(2_000));
    switch (point) {
      case REQUEST_START -> answer.onRequestStart(effect);
      case REQUEST_BODY -> answer.onRequestBody(effect);
      case RESPONSE_START -> answer.onResponseStart(effect);
      case RESPONSE_BODY -> answer.onResponseBody(effect);
      case RESPONSE_END -> answer.onResponseEnd(effect);
    }
    return new Fault(
        "%s at %s".formatted(name, point),
        http2,
        kept,
        answer.build(),
        meant(point, effect, http2, kept),
        missed(point, kept));
  }

  /**
   * What comes after the answer may come during the next attempt, and the server does not always
   * count what it breaks off early.
   */
  private static int missed(Point point, boolean kept) {
    return switch (point) {
      case REQUEST_START -> kept ? 1 : 0;
      case REQUEST_BODY, RESPONSE_START -> 0;
      case RESPONSE_BODY, RESPONSE_END -> 1;
    };
  }

  private static Set<DeliveryOutcome> meant(
      Point point, SocketEffect effect, boolean http2, boolean kept) {
    if (!isAnswered(point, effect, http2, kept)) {
      return Set.of(DeliveryOutcome.TRANSIENT);
    }
    // Over HTTP/2 the server closes with frames unread: its kernel resets, and that may overtake
    // the answer.
    return http2 && effect instanceof SocketEffect.CloseSocket
        ? Set.of(DeliveryOutcome.DELIVERED, DeliveryOutcome.TRANSIENT)
        : Set.of(DeliveryOutcome.DELIVERED);
  }

  /** Whether the client gets to see a whole status and all headers. */
  private static boolean isAnswered(Point point, SocketEffect effect, boolean http2, boolean kept) {
    boolean closesStream =
        effect instanceof SocketEffect.CloseStream
            || effect instanceof SocketEffect.ShutdownConnection;
    return switch (point) {
      // Over HTTP/1.1 the server asks for this only when a connection opens, and minds few effects.
      case REQUEST_START -> !http2 && (kept || closesStream);
      case REQUEST_BODY, RESPONSE_START -> false;
      case RESPONSE_BODY, RESPONSE_END -> true;
    };
  }

  /** All other things that the server can do, each over both versions of HTTP. */
  static List<Fault> everythingElse() {
    List<Fault> faults = new ArrayList<>();
    DeliveryOutcome delivered = DeliveryOutcome.DELIVERED;
    DeliveryOutcome lost = DeliveryOutcome.TRANSIENT;
    for (boolean http2 : new boolean[] {false, true}) {
      add(faults, http2, "no handshake", lost, MockResponse.Builder::failHandshake);
      add(faults, http2, "a late head", delivered, one -> one.headersDelay(200, MILLISECONDS));
      add(faults, http2, "a head too late", lost, one -> one.headersDelay(9, MINUTES));
      add(faults, http2, "a body too late", delivered, one -> one.bodyDelay(9, MINUTES));
      add(faults, http2, "trailers too late", delivered, one -> one.trailersDelay(9, MINUTES));
      add(faults, http2, "a slow body", delivered, one -> one.throttleBody(4_000, 1, SECONDS));
      add(faults, http2, "a slow reader", lost, one -> one.throttleBody(10, 1, SECONDS));
      add(faults, http2, "chunks", delivered, one -> one.chunkedBody("a".repeat(9_000), 7));
      add(faults, http2, "a head too big", lost, one -> one.addHeader("x", "x".repeat(300_000)));
      add(faults, http2, "many headers", delivered, Fault::manyHeaders);
      add(faults, http2, "a 204 with a body", delivered, one -> one.code(204));
      add(faults, http2, "a 205 with a body", delivered, one -> one.code(205));
      UnaryOperator<MockResponse.Builder> notRead = http2 ? Fault::broken : Fault::closed;
      add(faults, http2, "a body not read", delivered, notRead);
      add(
          faults,
          http2,
          "413, not read",
          DeliveryOutcome.SUSPECT,
          one -> notRead.apply(one).code(413));
      for (int code : new int[] {100, 102, 103, 199}) {
        add(faults, http2, "a flood of " + code, delivered, one -> informed(one, code));
        add(
            faults,
            http2,
            code + ", then nothing",
            lost,
            one -> informed(one, code).onResponseStart(CLOSE));
      }
    }
    PushPromise push =
        new PushPromise("POST", "/", Headers.EMPTY, new MockResponse.Builder().build());
    add(faults, true, "a push", delivered, one -> one.addPush(push));
    return faults;
  }

  private static void add(
      List<Fault> faults,
      boolean http2,
      String name,
      DeliveryOutcome meant,
      UnaryOperator<MockResponse.Builder> how) {
    MockResponse.Builder well = new MockResponse.Builder().code(200).body("a".repeat(9_000));
    faults.add(new Fault(name, http2, false, how.apply(well).build(), Set.of(meant), 1));
  }

  private static MockResponse.Builder manyHeaders(MockResponse.Builder answer) {
    for (int i = 0; i < 2_000; i++) {
      answer.addHeader("x-" + i, "x".repeat(80));
    }
    return answer;
  }

  /** As HTTP/1.1 servers do: what was not read they would take for a request. */
  private static MockResponse.Builder closed(MockResponse.Builder answer) {
    return answer.doNotReadRequestBody().onResponseEnd(CLOSE);
  }

  /**
   * As HTTP/2 servers do: the stream ends with its answer (RFC 9113 §8.1). A connection that closed
   * with frames unread would be reset by the kernel, which may overtake the answer.
   */
  private static MockResponse.Builder broken(MockResponse.Builder answer) {
    return answer.doNotReadRequestBody().onResponseEnd(new SocketEffect.CloseStream(0x0));
  }

  private static MockResponse.Builder informed(MockResponse.Builder answer, int code) {
    for (int i = 0; i < 1_000; i++) {
      answer.addInformationalResponse(new MockResponse.Builder().code(code).build());
    }
    return answer;
  }

  Protocol protocol() {
    return http2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1;
  }

  @Override
  public String toString() {
    return "%s, HTTP/%s, %s".formatted(name, http2 ? "2" : "1.1", kept ? "kept" : "new");
  }
}
