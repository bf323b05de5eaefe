package org.kextwatch.program;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HeldCertificate;

/**
 * A receiver that hardly costs anything: nginx over TLS, which takes note of when and what. It may
 * be some way off: then every answer takes its time.
 */
public final class QuickReceiver implements AutoCloseable {
  private static final String CONFIGURATION =
      """
      user root;
      daemon off;
      worker_processes 1;
      pid pid;
      error_log error.log;
      events { worker_connections 64; }
      http {
        log_format arrival '$msec $status $connection $http_webhook_id';
        access_log arrivals.log arrival;
        client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
        uwsgi_temp_path tmp; scgi_temp_path tmp;
        keepalive_requests 10000000;
        client_body_buffer_size 64k;
        server {
          listen 127.0.0.1:%d ssl%s;
          ssl_certificate certificate.pem;
          ssl_certificate_key key.pem;
          return 204;
        }
      }
      """;

  private final Path folder;
  private final int port;
  private final long awayMillis;
  private final ServerSocket door;
  private final HeldCertificate certificate;
  private final Process nginx;

  /**
   * What arrived.
   *
   * @param at seconds since 1970
   * @param connection a number, the same for what came over the same connection
   */
  public record Arrival(double at, int status, long connection, String id) {}

  /**
   * Starts nginx.
   *
   * @param awayMillis how long every answer takes, 0 for no time
   */
  public QuickReceiver(Path folder, boolean http2, long awayMillis) throws IOException {
    this.awayMillis = awayMillis;
    this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.folder = Files.createDirectories(folder.resolve("tmp")).getParent();
    this.certificate = new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    Files.writeString(
        folder.resolve("nginx.conf"), CONFIGURATION.formatted(port, http2 ? " http2" : ""));
    Files.writeString(folder.resolve("certificate.pem"), certificate.certificatePem());
    Files.writeString(folder.resolve("key.pem"), certificate.privateKeyPkcs8Pem());
    Files.writeString(log(), "");
    this.nginx =
        new ProcessBuilder("nginx", "-p", folder + "/", "-c", "nginx.conf")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.out").toFile())
            .start();
    start(this::letIn);
  }

  public String address() {
    int open = awayMillis == 0 ? port : door.getLocalPort();
    return "https://127.0.0.1:" + open + "/kextwatch";
  }

  private void letIn() {
    try {
      while (true) {
        Socket client = door.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        start(() -> carry(client, server, 0));
        start(() -> carry(server, client, awayMillis));
      }
    } catch (IOException e) {
      // the door was closed
    }
  }

  private static void carry(Socket from, Socket to, long millis) {
    byte[] bytes = new byte[16_384];
    try (from;
        to) {
      for (int n = from.getInputStream().read(bytes);
          n >= 0;
          n = from.getInputStream().read(bytes)) {
        Thread.sleep(millis);
        to.getOutputStream().write(bytes, 0, n);
      }
    } catch (IOException e) {
      // one of the ends has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "quick-receiver");
    thread.setDaemon(true);
    thread.start();
  }

  public String pem() {
    return certificate.certificatePem();
  }

  /** Forgets what has arrived. */
  public void forget() throws IOException {
    Files.write(log(), new byte[0]); // nginx appends
  }

  /** How many have arrived since they were last forgotten. */
  int arrived() throws IOException {
    return Files.readAllLines(log()).size();
  }

  /** Waits until as many have arrived, and tells of these. It hardly takes anything from others. */
  public List<Arrival> await(int count, long seconds) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end && nginx.isAlive()) {
      Thread.sleep(250);
      if (Files.size(log()) > count * 40L) {
        List<Arrival> arrivals = Files.readAllLines(log()).stream().map(this::arrival).toList();
        if (arrivals.size() >= count) {
          return arrivals.subList(0, count);
        }
      }
    }
    throw new AssertionError(
        Files.readAllLines(log()).size()
            + " in time; "
            + Files.readString(folder.resolve("nginx.out")));
  }

  private Arrival arrival(String line) {
    String[] words = line.split(" ", -1);
    return new Arrival(
        Double.parseDouble(words[0]),
        Integer.parseInt(words[1]),
        Long.parseLong(words[2]),
        words[3]);
  }

  private Path log() {
    return folder.resolve("arrivals.log");
  }

  @Override
  public void close() throws IOException {
    door.close();
    nginx.destroy();
    try {
      nginx.waitFor(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
