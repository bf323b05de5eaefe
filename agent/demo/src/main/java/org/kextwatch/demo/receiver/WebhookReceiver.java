package org.kextwatch.demo.receiver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A webhook receiver on this machine's loopback address. It verifies signatures and finds
 * duplicates and gaps. It answers 200 to an event (to a duplicate too), 401 if the signature is not
 * valid, 400 if the body is no event, 413 if it is larger than a MiB, 415 if the content type is
 * not JSON, and 404 on other paths.
 */
public final class WebhookReceiver implements AutoCloseable {
  private static final String PATH = "/kextwatch";
  private static final int LIMIT_BYTES = 1 << 20;
  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads;
  private final URI address;

  private WebhookReceiver(HttpServer server, String scheme, DeliveryHandler handler) {
    this.server = server;
    this.threads = Executors.newFixedThreadPool(THREADS, WebhookReceiver::daemon);
    this.address = URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + PATH);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, handler));
    server.start();
  }

  /**
   * Listens until {@link #close}.
   *
   * @param port 0 for any
   * @param tls {@code null} for plain HTTP
   * @param consumer gets every POST to our path, rejected ones too, on several threads
   * @throws IOException if the port is taken
   */
  public static WebhookReceiver listen(
      int port, @Nullable SSLContext tls, SignatureVerifier verifier, Consumer<Delivery> consumer)
      throws IOException {
    DeliveryHandler handler = new DeliveryHandler(verifier, consumer, InstantSource.system());
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    if (tls == null) {
      return new WebhookReceiver(HttpServer.create(address, 0), "http", handler);
    }
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new WebhookReceiver(server, "https", handler);
  }

  /** The URL that events must be sent to. */
  public URI address() {
    return address;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, DeliveryHandler handler) throws IOException {
    try {
      DeliveryHandler.Answer answer = read(exchange, handler);
      byte[] json = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), json.length);
      exchange.getResponseBody().write(json);
    } finally {
      exchange.close();
    }
  }

  private static DeliveryHandler.Answer read(HttpExchange exchange, DeliveryHandler handler)
      throws IOException {
    if (!exchange.getRequestMethod().equals("POST")
        || !PATH.equals(exchange.getRequestURI().getPath())) {
      return DeliveryHandler.Answer.rejected(404, "send a POST to " + PATH);
    }
    byte[] body = exchange.getRequestBody().readNBytes(LIMIT_BYTES + 1);
    if (body.length > LIMIT_BYTES) {
      return DeliveryHandler.Answer.rejected(413, "the body is larger than a MiB");
    }
    return handler.handle(exchange.getRequestHeaders()::getFirst, body);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "webhook-receiver");
    thread.setDaemon(true);
    return thread;
  }
}
