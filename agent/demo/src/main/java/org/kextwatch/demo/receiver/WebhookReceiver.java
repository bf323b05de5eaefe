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
 * A webhook receiver on this machine's loopback address that verifies, knows duplicates and sees
 * gaps. It answers 200 to an event (to a duplicate too), 401 to a signature that does not hold, 400
 * to what is no event, 413 to more than a MiB, 415 to another content type and 404 elsewhere.
 */
public final class WebhookReceiver implements AutoCloseable {
  private static final String PATH = "/kextwatch";
  private static final int LIMIT_BYTES = 1 << 20;
  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads;
  private final URI address;

  private WebhookReceiver(HttpServer server, String scheme, Reception reception) {
    this.server = server;
    this.threads = Executors.newFixedThreadPool(THREADS, WebhookReceiver::daemon);
    this.address = URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + PATH);
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, reception));
    server.start();
  }

  /**
   * Listens until closed.
   *
   * @param port 0 for any
   * @param tls {@code null} for plain HTTP
   * @param consumer gets every delivery to our path, refused ones too, on several threads
   * @throws IOException if the port is taken
   */
  public static WebhookReceiver listen(
      int port, @Nullable SSLContext tls, SignatureCheck signature, Consumer<Received> consumer)
      throws IOException {
    Reception reception = new Reception(signature, consumer, InstantSource.system());
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    if (tls == null) {
      return new WebhookReceiver(HttpServer.create(address, 0), "http", reception);
    }
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return new WebhookReceiver(server, "https", reception);
  }

  /** Where events are to be sent. */
  public URI address() {
    return address;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private static void answer(HttpExchange exchange, Reception reception) throws IOException {
    try {
      Reception.Answer answer = read(exchange, reception);
      byte[] json = answer.json().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), json.length);
      exchange.getResponseBody().write(json);
    } finally {
      exchange.close();
    }
  }

  private static Reception.Answer read(HttpExchange exchange, Reception reception)
      throws IOException {
    if (!exchange.getRequestMethod().equals("POST")
        || !PATH.equals(exchange.getRequestURI().getPath())) {
      return Reception.Answer.refused(404, "only POST " + PATH + " is here");
    }
    byte[] body = exchange.getRequestBody().readNBytes(LIMIT_BYTES + 1);
    if (body.length > LIMIT_BYTES) {
      return Reception.Answer.refused(413, "the body is larger than a MiB");
    }
    return reception.receive(exchange.getRequestHeaders()::getFirst, body);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "webhook-receiver");
    thread.setDaemon(true);
    return thread;
  }
}
