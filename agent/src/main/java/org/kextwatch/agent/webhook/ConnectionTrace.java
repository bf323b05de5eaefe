package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Records how far a request got. It is read when the request is over. */
final class ConnectionTrace extends EventListener {

  /** The stages of a request, in their order. */
  enum Phase {
    DNS,
    TCP,
    TLS,
    POST
  }

  private final HandshakeTrace tls;
  private final Runnable meanwhile;
  private final Map<Phase, Long> started = new EnumMap<>(Phase.class);
  private final Map<Phase, Long> ended = new EnumMap<>(Phase.class);

  private long failedAt;
  private List<String> addresses = List.of();
  private @Nullable InetSocketAddress peer;
  private @Nullable Proxy proxy;
  private @Nullable Handshake handshake;
  private @Nullable Response responseHead;

  /**
   * The trace of one request.
   *
   * @param tls the handshakes of its client
   * @param meanwhile is done while the answer is awaited
   */
  ConnectionTrace(HandshakeTrace tls, Runnable meanwhile) {
    this.tls = tls;
    this.meanwhile = meanwhile;
  }

  synchronized boolean isPassed(Phase stage) {
    return ended.containsKey(stage);
  }

  /** The duration of a stage, or the time until it failed; zero if it did not start. */
  synchronized Duration duration(Phase stage) {
    Long start = started.get(stage);
    long end = ended.getOrDefault(stage, failedAt);
    return start == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, end - start));
  }

  /** The addresses of the host name, empty if the host is an address. */
  synchronized List<String> addresses() {
    return addresses;
  }

  /** The address connected to or tried last; the proxy's if there is one. */
  synchronized @Nullable InetSocketAddress peer() {
    return peer;
  }

  synchronized boolean isProxied() {
    return proxy != null && proxy.type() != Proxy.Type.DIRECT;
  }

  synchronized @Nullable Handshake handshake() {
    return handshake;
  }

  /**
   * Status and headers of the response, {@code null} if none arrived. They count even if the
   * request fails later; OkHttp does not return them if a 204 has a body or the time ends a moment
   * later.
   */
  synchronized @Nullable Response responseHead() {
    return responseHead;
  }

  /** The stage that failed. On a reused connection there is only {@link Phase#POST}. */
  synchronized Phase failedStage() {
    return Stream.of(Phase.POST, Phase.TLS, Phase.TCP)
        .filter(started::containsKey)
        .findFirst()
        .orElse(Phase.DNS);
  }

  private synchronized void start(Phase stage) {
    started.putIfAbsent(stage, System.nanoTime());
  }

  private synchronized void end(Phase stage) {
    ended.putIfAbsent(stage, System.nanoTime());
  }

  @Override
  public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
    synchronized (this) {
      proxy = proxies.isEmpty() ? null : proxies.get(0);
    }
  }

  @Override
  public void dnsStart(Call call, String domainName) {
    start(Phase.DNS);
  }

  @Override
  public void dnsEnd(Call call, String domainName, List<InetAddress> found) {
    end(Phase.DNS);
    synchronized (this) {
      addresses = found.stream().map(InetAddress::getHostAddress).toList();
    }
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy by) {
    start(Phase.TCP);
    synchronized (this) {
      peer = address;
      proxy = by;
    }
  }

  @Override
  public void secureConnectStart(Call call) {
    end(Phase.TCP);
    start(Phase.TLS);
    tls.reset();
  }

  @Override
  public void secureConnectEnd(Call call, @Nullable Handshake done) {
    end(Phase.TLS);
    synchronized (this) {
      handshake = done;
    }
  }

  @Override
  public void connectEnd(
      Call call, InetSocketAddress address, Proxy by, @Nullable Protocol protocol) {
    end(Phase.TCP);
    synchronized (this) {
      peer = address;
    }
  }

  @Override
  public void requestHeadersStart(Call call) {
    start(Phase.POST);
  }

  /** OkHttp has sent all of the request when it calls this. */
  @Override
  public void requestBodyEnd(Call call, long bytes) {
    meanwhile.run();
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    end(Phase.POST);
    synchronized (this) {
      responseHead = response;
    }
  }

  @Override
  public void callFailed(Call call, IOException e) {
    synchronized (this) {
      failedAt = System.nanoTime();
    }
  }
}
