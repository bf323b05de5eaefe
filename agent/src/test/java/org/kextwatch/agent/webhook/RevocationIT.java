package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * Revocation is not checked, as the page about security says: not even where the receiver itself
 * shows that its certificate was revoked, or shows nothing though its certificate says that it
 * must. OpenSSL is the receiver, with an answer of OCSP that it shows in the handshake.
 */
final class RevocationIT {
  private static final String MUST_SHOW = "tlsfeature=status_request";

  @TempDir private Path folder;
  private WebhookRig endpoints;

  @BeforeEach
  void prepare() throws Exception {
    endpoints = new WebhookRig(Files.createDirectory(folder.resolve("mac")));
    endpoints.put("/etc/ca.pem", TlsReceivers.ROOT.certificatePem(), "rw-r--r--");
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({
    "shows good, -tls1_2",
    "shows revoked, -tls1_2",
    "shows revoked, -tls1_3",
    "must show and shows revoked, -tls1_3",
    "must show and shows nothing, -tls1_2",
    "must show and shows nothing, -tls1_3",
  })
  void isNotChecked(String what, String version) throws Exception {
    String feature = what.contains("must") ? MUST_SHOW : "keyUsage=digitalSignature";
    HeldCertificate own =
        new TlsReceivers(folder)
            .issue(
                "own", TlsReceivers.ROOT, TlsReceivers.EC, "-sha256", TlsReceivers.NAME, feature);
    Files.writeString(folder.resolve("own.pem"), own.certificatePem());
    Files.writeString(folder.resolve("own.key"), own.privateKeyPkcs8Pem());
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version));
    command.addAll(List.of("-cert", "own.pem", "-key", "own.key", "-status_verbose"));
    boolean isShown = !what.contains("nothing");
    if (isShown) {
      makeAnswer(what.contains("revoked"));
      command.addAll(List.of("-status_file", "answer"));
    }
    Process server =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(server.getInputStream(), StandardCharsets.ISO_8859_1))) {
      String line = out.readLine();
      while (!line.startsWith("ACCEPT 127")) {
        line = out.readLine();
      }
      // What it is given before a client is there, it sends once one is.
      server.outputWriter(StandardCharsets.ISO_8859_1).append("HTTP/1.1 204 Done\r\n\r\n").flush();
      String url = "https://localhost:" + line.substring(line.lastIndexOf(':') + 1) + "/hook";
      try (WebhookClient client = endpoints.client(WebhookRig.at(url))) {
        SendResult sent = client.send("evt_1", new byte[] {'{', '}'}, 1);
        assertEquals(DeliveryOutcome.DELIVERED, sent.outcome(), sent::note);
      }
    } finally {
      server.destroy();
      server.waitFor();
    }
    String seen = Files.readString(folder.resolve("err"));
    assertEquals(isShown, seen.contains("cert_status: ocsp response sent"), seen);
  }

  private void makeAnswer(boolean isRevoked) throws Exception {
    Files.writeString(folder.resolve("ca"), TlsReceivers.ROOT.certificatePem());
    Files.writeString(folder.resolve("ca.key"), TlsReceivers.ROOT.privateKeyPkcs8Pem());
    Ended made =
        Script.run(
            folder,
            Map.of("PATH", "/usr/bin:/bin"),
            "sh -ec",
            """
            serial=$(openssl x509 -in own.pem -noout -serial)
            printf '%s\\t491231000000Z\\t%s\\t%s\\tunknown\\t/CN=own\\n' "$1" "$2" "${serial#*=}" >index
            openssl ocsp -index index -CA ca -issuer ca -rsigner ca -rkey ca.key -cert own.pem \\
              -ndays 9 -respout answer -resp_text
            """,
            "sh",
            isRevoked ? "R" : "V",
            isRevoked ? "260101000000Z" : "");
    assertEquals(0, made.exit(), made::toString);
    assertTrue(made.out().contains(isRevoked ? "revoked" : "good"), made::toString);
  }
}
