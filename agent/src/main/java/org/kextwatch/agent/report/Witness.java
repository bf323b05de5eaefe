package org.kextwatch.agent.report;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sees how far a request comes, and why no farther. Asked when the request is over. */
final class Witness extends EventListener {

  /** What a request goes through, in this order. */
  enum Stage {
    DNS,
    TCP,
    TLS,
    POST
  }

  private final Map<Stage, Long> began = new EnumMap<>(Stage.class);
  private final Map<Stage, Long> ended = new EnumMap<>(Stage.class);

  private long over;
  private List<String> addresses = List.of();
  private @Nullable InetSocketAddress peer;
  private @Nullable Proxy proxy;
  private @Nullable Handshake handshake;
  private @Nullable IOException failure;
  private List<X509Certificate> chain = List.of();

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

  /** Why it came no farther, {@code null} if it was answered. */
  synchronized @Nullable IOException failure() {
    return failure;
  }

  /** The certificates that the server has shown, its own first, trusted or not. */
  synchronized List<X509Certificate> chain() {
    return chain;
  }

  /** Judges as the other does, and remembers what it was shown. */
  X509TrustManager watching(X509TrustManager other) {
    return new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] shown, String authType)
          throws CertificateException {
        other.checkClientTrusted(shown, authType);
      }

      @Override
      public void checkServerTrusted(X509Certificate[] shown, String authType)
          throws CertificateException {
        show(shown);
        other.checkServerTrusted(shown, authType);
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return other.getAcceptedIssuers();
      }
    };
  }

  private synchronized void show(X509Certificate[] shown) {
    chain = List.of(shown);
  }

  private synchronized void begin(Stage stage) {
    began.putIfAbsent(stage, System.nanoTime());
  }

  private synchronized void end(Stage stage) {
    ended.putIfAbsent(stage, System.nanoTime());
  }

  private synchronized void fail(IOException e) {
    failure = e;
    over = System.nanoTime();
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
  }

  @Override
  public void callFailed(Call call, IOException e) {
    fail(e);
  }
}
