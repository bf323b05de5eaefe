package org.kextwatch.program;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.webhook.ClockSkew;

/** Stands before an operator's receiver, and is not always willing to pass on what comes. */
final class FickleReceiver implements AutoCloseable {
  /** What becomes of a delivery. */
  enum Mood {
    GOOD,
    /** It arrives, but the answer does not. */
    FORGETFUL,
    /** 503. */
    BUSY,
    /** Takes everything and says nothing. */
    SILENT,
    /** Ends every connection at once. */
    AWAY,
    /** 429, and a second is not long enough. */
    HURRIED,
    /** 302. */
    MOVED,
    /** 400. */
    UNWILLING,
    /** 404. */
    LOST,
    /** It arrives, and the answer is of 4 MiB. */
    TALKATIVE
  }

  private static final List<String> HEADERS =
      List.of(
          "Content-Type",
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature",
          "webhook-attempt");

  private static final int LONG_ANSWER_KIB = 4 << 10;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(FickleReceiver::daemon);
  private final List<URI> receivers;
  private final ReceivedEvents inbound;
  private final String scheme;
  private final Map<String, Integer> counts = new ConcurrentHashMap<>();
  private volatile Mood mood = Mood.GOOD;
  private volatile boolean losesAnswers;

  /**
   * Listens until closed.
   *
   * @param inbound learns which arrivals the sender cannot know of
   * @param receivers get each delivery one after the other, until one does not take it; the sender
   *     gets the last answer
   */
  FickleReceiver(ReceivedEvents inbound, String... receivers) throws IOException {
    this(null, inbound, receivers);
  }

  /** The same over TLS. */
  FickleReceiver(@Nullable SSLContext tls, ReceivedEvents inbound, String... receivers)
      throws IOException {
    this.inbound = inbound;
    this.receivers = Stream.of(receivers).map(URI::create).toList();
    InetSocketAddress any =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    if (tls == null) {
      this.scheme = "http";
      this.server = HttpServer.create(any, 0);
    } else {
      this.scheme = "https";
      HttpsServer secure = HttpsServer.create(any, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls));
      this.server = secure;
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return address(port());
  }

  /** The same by another port, such as a proxy's. */
  String address(int port) {
    return scheme + "://127.0.0.1:" + port + receivers.get(0).getPath();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** How often a delivery was answered in each mood, or refused. */
  Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /** From now on answers may be lost on their way to the sender, or no more. */
  void mayLoseAnswers(boolean now) {
    losesAnswers = now;
  }

  void be(Mood newMood) {
    mood = newMood;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      answer(exchange, exchange.getRequestBody().readAllBytes());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
    if (isOld(exchange)) {
      counts.merge("REFUSED FOR ITS TIME", 1, Integer::sum);
      exchange.sendResponseHeaders(401, -1);
      return;
    }
    Mood now = mood;
    counts.merge(now.name(), 1, Integer::sum);
    switch (now) {
      case GOOD -> exchange.sendResponseHeaders(passOn(exchange, body), -1);
      case FORGETFUL -> {
        passOn(exchange, body);
        inbound.doubtLast();
      }
      case BUSY -> exchange.sendResponseHeaders(503, -1);
      case SILENT -> Thread.sleep(3_000);
      case AWAY -> {}
      case HURRIED -> {
        exchange.getResponseHeaders().set("Retry-After", "1");
        exchange.sendResponseHeaders(429, -1);
      }
      case MOVED -> {
        exchange.getResponseHeaders().set("Location", "https://127.0.0.1:1/elsewhere");
        exchange.sendResponseHeaders(302, -1);
      }
      case UNWILLING -> exchange.sendResponseHeaders(400, -1);
      case LOST -> exchange.sendResponseHeaders(404, -1);
      case TALKATIVE -> {
        exchange.sendResponseHeaders(passOn(exchange, body), 0);
        inbound.doubtLast();
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < LONG_ANSWER_KIB; i++) {
          out.write(new byte[1 << 10]);
        }
      }
    }
  }

  /** By the clock of this machine, as receivers refuse a signature. */
  private static boolean isOld(HttpExchange exchange) {
    String at = exchange.getRequestHeaders().getFirst("webhook-timestamp");
    return new ClockSkew(Instant.now().getEpochSecond() - Long.parseLong(at)).breaksSignatures();
  }

  private int passOn(HttpExchange exchange, byte[] body) throws IOException {
    int status = 0;
    boolean isDoubtful = losesAnswers;
    for (URI receiver : receivers) {
      status = passOn(exchange, body, receiver);
      if (status / 100 != 2) {
        break;
      }
    }
    if (isDoubtful) {
      inbound.doubtLast();
    }
    return status;
  }

  private static int passOn(HttpExchange exchange, byte[] body, URI receiver) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) receiver.toURL().openConnection();
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    for (String header : HEADERS) {
      connection.setRequestProperty(header, exchange.getRequestHeaders().getFirst(header));
    }
    connection.getOutputStream().write(body);
    int status = connection.getResponseCode();
    connection.disconnect();
    return status;
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "fickle-receiver");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
