package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * The receivers of {@link TlsMatrixIT} below roots of Java's own list, without caBundle: Java
 * checks more there than below other roots, and says less about it. A copy of Java has the list.
 */
@Tag("soak")
final class JavaRootsIT {
  private static final Path JAVA = Path.of(System.getProperty("java.home"));
  private static final Path ROOTS = JAVA.resolve("lib/security/cacerts");

  private static final AtomicInteger VERSIONS = new AtomicInteger();

  @Test
  void onlyAGoodReceiverGetsTheEvent(@TempDir Path folder) throws Exception {
    Path copy = folder.resolve("java");
    Map<String, String> tools = Map.of("PATH", "/usr/bin:/bin");
    // Some links of a Java lead nowhere, such as that to its source.
    Script.run(folder, tools, "cp", "-RLl", JAVA, copy);
    if (!Files.exists(copy.resolve("lib/modules"))) {
      Script.run(folder, tools, "cp", "-RL", JAVA, copy); // on another disk
    }
    Ended ended =
        Script.run(
            folder,
            tools,
            copy.resolve("bin/java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Duser.dir=" + System.getProperty("user.dir"),
            "-cp",
            System.getProperty("java.class.path"),
            JavaRootsIT.class.getName(),
            folder);
    assertTrue(ended.out().endsWith(" receivers, wrong: []\n"), ended::toString);
  }

  /** Runs in the copy. */
  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    WebhookRig endpoints = new WebhookRig(Files.createDirectory(folder.resolve("mac")));
    endpoints.put("/etc/id.p12", "", "rw-------");
    Files.write(
        folder.resolve("mac/etc/id.p12"), Pems.keystore(TlsReceivers.CLIENT, Pems.PASSWORD));
    endpoints.put("/etc/password", Pems.PASSWORD + "\n", "rw-------");
    List<TlsReceiver> all =
        new TlsReceivers(Files.createDirectory(folder.resolve("made"))).ofEachCertificate();
    trust(all); // Java learns once which roots are its own
    List<String> wrong = new ArrayList<>();
    for (TlsReceiver receiver : all) {
      trust(List.of(receiver));
      SendResult sent = send(endpoints, receiver);
      boolean isGood = receiver.reason().isEmpty();
      if (isGood != (sent.outcome() == DeliveryOutcome.DELIVERED)
          || !sent.note().contains(receiver.reason())) {
        wrong.add(receiver + ": " + sent.note());
      }
    }
    System.out.println(all.size() + " receivers, wrong: " + wrong);
  }

  private static SendResult send(WebhookRig endpoints, TlsReceiver receiver) throws IOException {
    try (MockWebServer server = new MockWebServer()) {
      if (receiver.wantsClient()) {
        server.requireClientAuth();
      }
      server.useHttps(receiver.sockets());
      server.enqueue(new MockResponse.Builder().code(204).build());
      server.start();
      String url = "https://localhost:" + server.getPort() + WebhookRig.PATH;
      try (WebhookClient client = endpoints.client(receiver.settings(url, "caBundle", null))) {
        return client.send("evt_1", new byte[] {'{', '}'}, 1);
      }
    }
  }

  private static void trust(List<TlsReceiver> receivers) throws Exception {
    KeyStore store = KeyStore.getInstance("JKS");
    store.load(null, null);
    for (TlsReceiver receiver : receivers) {
      X509Certificate root = CaBundle.read("root", receiver.caBundle().getBytes(US_ASCII)).get(0);
      store.setCertificateEntry(receiver.name(), root);
    }
    Files.delete(ROOTS); // the file may be one of the Java that was copied
    try (OutputStream out = Files.newOutputStream(ROOTS)) {
      store.store(out, "changeit".toCharArray());
    }
    // Java reads the list again only if its time is another.
    Files.setLastModifiedTime(
        ROOTS, FileTime.fromMillis(1_000L * (1 + VERSIONS.incrementAndGet())));
  }
}
