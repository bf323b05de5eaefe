package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import okhttp3.Protocol;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventSamples;

/**
 * To which receivers the webhook's client speaks, over HTTP/2 and HTTP/1.1: a bad one gets not one
 * byte of a request, and the Mac says why.
 */
final class TlsMatrixIT extends OnAWebhook {
  private static final CloudEvent EVENT = EventSamples.test();
  private static final byte ALERT = 0x15;

  /** Suites of TLS 1.3, and with AES or ChaCha20 of TLS 1.2; ff is no suite but a signal. */
  private static final Pattern MODERN =
      Pattern.compile("130[1-3]|c0(09|0a|13|14|2[bcf]|30)|cca[89]|00(2f|35|9c|9d|ff)");

  @TempDir private static Path certificates;

  @BeforeEach
  void giveTheMacAClientCertificate() throws Exception {
    endpoints.put("/etc/id.p12", "", "rw-------");
    Files.write(mac.resolve("etc/id.p12"), Pems.keystore(TlsReceivers.CLIENT, Pems.PASSWORD));
    endpoints.put("/etc/password", Pems.PASSWORD + "\n", "rw-------");
  }

  static Stream<Arguments> receivers() throws Exception {
    TlsReceivers made = new TlsReceivers(certificates);
    List<TlsReceiver> all = made.ofEachCertificate();
    all.add(made.sha1WithinPss());
    return all.stream().flatMap(TlsMatrixIT::overItsProtocols);
  }

  /** A handshake that fails comes to no protocol above it. */
  private static Stream<Arguments> overItsProtocols(TlsReceiver receiver) {
    return (receiver.reason().isEmpty()
            ? Stream.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
            : Stream.of(Protocol.HTTP_2))
        .map(protocol -> Arguments.of(receiver, protocol));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("receivers")
  void onlyAGoodReceiverGetsTheEvent(TlsReceiver receiver, Protocol protocol) throws Exception {
    endpoints.put("/etc/ca.pem", receiver.caBundle(), "rw-r--r--");
    serve(receiver, protocol);
    server.enqueue(new MockResponse.Builder().code(204).build());

    SendResult sent = send(receiver.settings(url(WebhookRig.PATH)));
    boolean isGood = receiver.reason().isEmpty();
    assertEquals(
        isGood ? DeliveryOutcome.DELIVERED : DeliveryOutcome.TRANSIENT, sent.outcome(), sent::note);
    assertEquals(isGood ? 1 : 0, server.getRequestCount());
    if (isGood) {
      assertEquals(
          protocol == Protocol.HTTP_2 ? "HTTP/2" : "HTTP/1.1", server.takeRequest().getVersion());
    }
    assertTrue(sent.note().contains(receiver.reason()), sent.note());
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of("TLS 1.0", "TLS 1.2", hello(0x0301, 0x002f)),
        Arguments.of("TLS 1.1", "TLS 1.2", hello(0x0302, 0x002f)),
        Arguments.of("SSL 3", "TLS 1.2", hello(0x0300, 0x002f)),
        Arguments.of("NULL cipher", "cipher", hello(0x0303, 0x0002)),
        Arguments.of("NULL cipher with SHA-256", "cipher", hello(0x0303, 0x003b)),
        Arguments.of("export cipher", "cipher", hello(0x0303, 0x0003)),
        Arguments.of("anonymous cipher", "cipher", hello(0x0303, 0x0034)),
        Arguments.of("RC4", "cipher", hello(0x0303, 0x0005)),
        Arguments.of("3DES", "cipher", hello(0x0303, 0x000a)),
        Arguments.of("alert: other versions only", "TLS 1.2", "\25\3\1\0\2\2\106"),
        Arguments.of("alert: other ciphers only", "cipher", "\25\3\3\0\2\2\50"),
        Arguments.of("alert: safer ciphers only", "cipher", "\25\3\3\0\2\2\107"),
        Arguments.of("alert: no such host", "does not know the host name", "\25\3\3\0\2\2\160"),
        Arguments.of("warning: no such host", "know the host name", "\25\3\3\0\2\1\160"),
        Arguments.of("alert: no such protocol", "HTTP/1.1", "\25\3\3\0\2\2\170"),
        Arguments.of("plain HTTP", "does not speak TLS", "HTTP/1.1 400 Bad Request\r\n\r\n"),
        Arguments.of("SSH", "does not speak TLS", "SSH-2.0-OpenSSH_9.2\r\n"),
        Arguments.of("an end without a word", "ended it without a reason", ""));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void anOldProtocolOrCipherIsNeitherOfferedNorTaken(String name, String reason, String answer)
      throws Exception {
    CompletableFuture<ClientHello> offered = new CompletableFuture<>();
    CompletableFuture<byte[]> rest = new CompletableFuture<>();
    try (RawServer raw =
        new RawServer(
                (self, client) -> {
                  offered.complete(ClientHello.read(client.getInputStream()));
                  self.say(client, answer);
                  if (answer.isEmpty()) {
                    client.shutdownOutput();
                  }
                  rest.complete(everything(client.getInputStream()));
                })
            .start()) {
      SendResult sent = send(WebhookRig.at("https://localhost:" + raw.port() + WebhookRig.PATH));
      assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
      assertTrue(sent.note().contains("TLS fails: "), sent.note());
      assertTrue(sent.note().contains(reason), sent.note());
      byte[] after = rest.join();
      assertTrue(after.length == 0 || after[0] == ALERT, () -> "sent " + after.length + " bytes");
      assertTrue(after.length <= 7, () -> "sent " + after.length + " bytes"); // one alert at most
    }
    List<String> weak =
        offered.join().suites().stream().filter(one -> !MODERN.matcher(one).matches()).toList();
    assertEquals(List.of(), weak);
  }

  private static byte[] everything(InputStream in) {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      return new byte[0]; // the client has dropped the connection
    }
  }

  /** The first message of a server that has chosen, and no more. */
  private static String hello(int version, int cipher) {
    String body = word(version) + "r".repeat(32) + "\0" + word(cipher) + "\0";
    String message = "\2\0" + word(body.length()) + body;
    return "\26" + word(version) + word(message.length()) + message;
  }

  private static String word(int value) {
    return "" + (char) (value >> 8) + (char) (value & 0xff);
  }

  private void serve(TlsReceiver receiver, Protocol protocol) throws IOException {
    if (receiver.wantsClient()) {
      server.requireClientAuth();
    }
    server.useHttps(receiver.sockets());
    server.setProtocols(
        protocol == Protocol.HTTP_2 ? List.of(protocol, Protocol.HTTP_1_1) : List.of(protocol));
    server.start();
  }

  private SendResult send(Settings settings) {
    try (WebhookClient client = endpoints.client(settings)) {
      return client.send(EVENT.id(), EVENT.body().toByteArray(), 1);
    }
  }
}
