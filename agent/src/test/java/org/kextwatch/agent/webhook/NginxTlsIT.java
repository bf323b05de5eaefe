package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;

/** The receivers of {@link TlsMatrixIT}, and old protocols, served by nginx and OpenSSL. */
@Tag("soak")
final class NginxTlsIT extends OnAWebhook {
  private static final CloudEvent EVENT = EventSamples.test();

  /** Without it OpenSSL would serve neither old protocols nor short keys. */
  private static final String OPENSSL =
      """
      openssl_conf = all
      [all]
      ssl_conf = ssl
      [ssl]
      system_default = weak
      [weak]
      MinProtocol = None
      CipherString = ALL:@SECLEVEL=0
      """;

  private static final String SERVER =
      """
        server {
          listen 127.0.0.1:%1$d ssl%2$s;
          ssl_certificate %1$d.pem;
          ssl_certificate_key %1$d.key;
          ssl_protocols %3$s;
          ssl_ciphers %4$s;
          %5$s
          access_log %1$d.log;
          location / { return 204; }
        }
      """;

  @TempDir private static Path folder;

  private static final List<Served> SERVED = new ArrayList<>();
  private static Process nginx;

  private record Served(TlsReceiver receiver, boolean http2, int port) {}

  @BeforeAll
  static void serveAll() throws Exception {
    TlsReceivers made = new TlsReceivers(Files.createDirectory(folder.resolve("made")));
    List<TlsReceiver> all = made.ofEachCertificate();
    all.addAll(TlsReceivers.refusedForTheirProtocol());
    for (TlsReceiver receiver : all) {
      for (boolean http2 : new boolean[] {true, false}) {
        SERVED.add(new Served(receiver, http2, freePort()));
      }
    }
    Files.writeString(folder.resolve("openssl.cnf"), OPENSSL);
    Files.writeString(folder.resolve("clients.pem"), TlsReceivers.CLIENT_CA.certificatePem());
    StringBuilder servers = new StringBuilder();
    for (Served one : SERVED) {
      servers.append(server(one));
    }
    Files.writeString(
        folder.resolve("nginx.conf"),
        "daemon off; pid nginx.pid; error_log nginx.err; events {}\nhttp {\n" + servers + "}\n");
    ProcessBuilder builder =
        new ProcessBuilder("nginx", "-p", folder + "/", "-c", "nginx.conf")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.out").toFile());
    builder.environment().put("OPENSSL_CONF", folder.resolve("openssl.cnf").toString());
    nginx = builder.start();
    Patience.until(() -> !nginx.isAlive() || isListening());
    assertTrue(nginx.isAlive(), Files.readString(folder.resolve("nginx.out")));
  }

  @AfterAll
  static void end() throws InterruptedException {
    nginx.destroy();
    nginx.waitFor();
  }

  @Test
  void onlyAGoodReceiverGetsTheEvent() throws Exception {
    endpoints.put("/etc/id.p12", "", "rw-------");
    Files.write(mac.resolve("etc/id.p12"), Pems.keystore(TlsReceivers.CLIENT, Pems.PASSWORD));
    endpoints.put("/etc/password", Pems.PASSWORD + "\n", "rw-------");
    List<String> wrong = new ArrayList<>();
    for (Served one : SERVED) {
      endpoints.put("/etc/ca.pem", one.receiver().caBundle(), "rw-r--r--");
      SendResult sent;
      String url = "https://localhost:" + one.port() + WebhookRig.PATH;
      try (WebhookClient client = endpoints.client(one.receiver().settings(url))) {
        sent = client.send(EVENT.id(), EVENT.body().toByteArray(), 1);
      }
      boolean isGood = one.receiver().reason().isEmpty();
      boolean isSent = sent.outcome() == DeliveryOutcome.DELIVERED;
      if (isGood != isSent || !sent.note().contains(one.receiver().reason())) {
        wrong.add(one + ": " + sent.note());
      }
    }
    assertEquals(List.of(), wrong);
    nginx.destroy();
    nginx.waitFor(); // the logs are written
    for (Served one : SERVED) {
      String log = Files.readString(folder.resolve(one.port() + ".log"));
      String version = one.http2() ? "HTTP/2.0" : "HTTP/1.1";
      assertEquals(one.receiver().reason().isEmpty(), log.contains("POST"), one::toString);
      assertTrue(log.isEmpty() || log.contains(version), log);
    }
  }

  private static String server(Served one) throws IOException {
    TlsReceiver receiver = one.receiver();
    Files.writeString(folder.resolve(one.port() + ".pem"), receiver.chainPem());
    Files.writeString(folder.resolve(one.port() + ".key"), receiver.own().privateKeyPkcs8Pem());
    return SERVER.formatted(
        one.port(),
        one.http2() ? " http2" : "",
        receiver.protocols(),
        receiver.ciphers(),
        receiver.wantsClient() ? "ssl_verify_client on; ssl_client_certificate clients.pem;" : "");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static boolean isListening() {
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), SERVED.get(SERVED.size() - 1).port())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
