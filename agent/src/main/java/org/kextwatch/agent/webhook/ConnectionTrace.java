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

/** Sees how far a request comes. Asked when the request is over. */
final class ConnectionTrace extends EventListener {

  /** What a request goes through, in this order. */
  enum Stage {
    DNS,
    TCP,
    TLS,
    POST
  }

  private final HandshakeTrace tls;
  private final Map<Stage, Long> began = new EnumMap<>(Stage.class);
  private final Map<Stage, Long> ended = new EnumMap<>(Stage.class);

  private long over;
  private List<String> addresses = List.of();
  private @Nullable InetSocketAddress peer;
  private @Nullable Proxy proxy;
  private @Nullable Handshake handshake;
  private @Nullable Response answer;

  /**
   * A witness of one request.
   *
   * @param tls of all requests of its client
   */
  ConnectionTrace(HandshakeTrace tls) {
    this.tls = tls;
  }

  synchronized boolean passed(Stage stage) {
    return ended.containsKey(stage);
  }

  /** How long it took, or until it failed; zero if it did not begin. */
  synchronized Duration took(Stage stage) {
    Long start = began.get(stage);
    long end = ended.getOrDefault(stage, over);
    return start == null ? Duration.ZERO : Duration.ofNanos(Math.max(0, end - start));
  }

  /** What the name resolved to, empty if the host is an address. */
  synchronized List<String> addresses() {
    return addresses;
  }

  /** Whom it was connected to, or tried last; the proxy if there is one. */
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
   * The head of the answer as it came, {@code null} if none did. Once it is here the endpoint has
   * decided, whatever comes after; OkHttp keeps it from its caller if a 204 has a body or the time
   * is up a moment later.
   */
  synchronized @Nullable Response answer() {
    return answer;
  }

  /** The stage in which it failed. On a connection that was kept there is only the last. */
  synchronized Stage failedAt() {
    return Stream.of(Stage.POST, Stage.TLS, Stage.TCP)
        .filter(began::containsKey)
        .findFirst()
        .orElse(Stage.DNS);
  }

  private synchronized void begin(Stage stage) {
    began.putIfAbsent(stage, System.nanoTime());
  }

  private synchronized void end(Stage stage) {
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
    begin(Stage.DNS);
  }

  @Override
  public void dnsEnd(Call call, String domainName, List<InetAddress> found) {
    end(Stage.DNS);
    synchronized (this) {
      addresses = found.stream().map(InetAddress::getHostAddress).toList();
    }
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy by) {
    begin(Stage.TCP);
    synchronized (this) {
      peer = address;
      proxy = by;
    }
  }

  @Override
  public void secureConnectStart(Call call) {
    end(Stage.TCP);
    begin(Stage.TLS);
    tls.begin();
  }

  @Override
  public void secureConnectEnd(Call call, @Nullable Handshake done) {
    end(Stage.TLS);
    synchronized (this) {
      handshake = done;
    }
  }

  @Override
  public void connectEnd(
      Call call, InetSocketAddress address, Proxy by, @Nullable Protocol protocol) {
    end(Stage.TCP);
    synchronized (this) {
      peer = address;
    }
  }

  @Override
  public void requestHeadersStart(Call call) {
    begin(Stage.POST);
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    end(Stage.POST);
    synchronized (this) {
      answer = response;
    }
  }

  @Override
  public void callFailed(Call call, IOException e) {
    synchronized (this) {
      over = System.nanoTime();
    }
  }
}
