package org.kextwatch.program;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

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
    AWAY
  }

  private static final List<String> HEADERS =
      List.of(
          "Content-Type",
          "webhook-id",
          "webhook-timestamp",
          "webhook-signature",
          "webhook-attempt");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(FickleReceiver::daemon);
  private final List<URI> receivers;
  private final ReceivedEvents inbound;
  private volatile Mood mood = Mood.GOOD;

  /**
   * Listens until closed.
   *
   * @param inbound learns which arrivals the sender cannot know of
   * @param receivers get each delivery one after the other, until one does not take it; the sender
   *     gets the last answer
   */
  FickleReceiver(ReceivedEvents inbound, String... receivers) throws IOException {
    this.inbound = inbound;
    this.receivers = Stream.of(receivers).map(URI::create).toList();
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + receivers.get(0).getPath();
  }

  void be(Mood newMood) {
    mood = newMood;
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      switch (mood) {
        case GOOD -> exchange.sendResponseHeaders(passOn(exchange, body), -1);
        case FORGETFUL -> {
          passOn(exchange, body);
          inbound.doubtLast();
        }
        case BUSY -> exchange.sendResponseHeaders(503, -1);
        case SILENT -> Thread.sleep(3_000);
        case AWAY -> {}
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private int passOn(HttpExchange exchange, byte[] body) throws IOException {
    int status = 0;
    for (URI receiver : receivers) {
      status = passOn(exchange, body, receiver);
      if (status / 100 != 2) {
        break;
      }
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
