package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;

final class EndpointTest extends OnAWebhook {
  private static final String URL = "https://fleet.example.com:8443/hooks/canary?token=canary";

  @Test
  void withoutSettingsThereIsNone() {
    assertInstanceOf(Endpoint.NotSet.class, endpoints.open(WebhookRig.at(null)));
  }

  @Test
  void itIsNamedByItsHostAlone() {
    assertEquals("https://fleet.example.com:8443", client(WebhookRig.at(URL)).where());
    assertEquals("https://a.example", client(WebhookRig.at("https://a.example/x")).where());
    assertEquals("http://[::1]:8080", client(WebhookRig.at("http://[::1]:8080/x")).where());
  }

  @Test
  void theAddressMayBeInASecretFile() throws IOException {
    endpoints.put("/etc/endpoint", "  " + URL + "\n", "rw-------");
    assertEquals("https://fleet.example.com:8443", client(inFile()).where());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://fleet.example.com/canary",
        "ftp://fleet.example.com/canary",
        "https://canary:canary@fleet.example.com/",
        "fleet.example.com/canary",
        "https://",
        "canary\ncanary",
        "",
      })
  void anAddressThatIsNotSafeIsRefused(String url) throws IOException {
    endpoints.put("/etc/endpoint", url, "rw-------");
    String note = unusable(inFile());
    assertTrue(note.startsWith("endpointFile: "), note);
    assertFalse(note.contains("canary"), note);
  }

  @ParameterizedTest
  @CsvSource({
    "rw-r--r--, chmod 600",
    "rw-r-----, chmod 600",
    "rw--w----, chmod go-w",
  })
  void aSecretThatOthersReachIsRefused(String permissions, String remedy) throws IOException {
    endpoints.put("/etc/secret", WebhookRig.SECRET, permissions);
    String note = unusable(WebhookRig.at(URL));
    assertTrue(note.startsWith("secretFile: ") && note.contains(remedy), note);
  }

  @Test
  void aMissingSecretIsNamed() throws IOException {
    Files.delete(mac.resolve("etc/secret"));
    assertEquals("secretFile: there is no /etc/secret", unusable(WebhookRig.at(URL)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "whsec_", "whsec_Y2FuYXJ5", "canary", "whsk_Y2FuYXJ5"})
  void aSecretThatIsNoneIsRefusedWithoutBeingTold(String secret) throws IOException {
    endpoints.put("/etc/secret", secret, "rw-------");
    String note = unusable(WebhookRig.at(URL));
    assertTrue(note.startsWith("secretFile: /etc/secret "), note);
    assertFalse(note.contains("canary") || note.contains("Y2Fu"), note);
  }

  @Test
  void anUnusablePreviousSecretIsNamed() {
    String note = unusable(WebhookRig.at(URL, "previousSecretFile", "/etc/previous"));
    assertEquals("previousSecretFile: there is no /etc/previous", note);
  }

  @Test
  void anAuthorizationOfTwoLinesIsRefused() throws IOException {
    endpoints.put("/etc/authorization", "Bearer canary\nX-Other: canary", "rw-------");
    String note = unusable(WebhookRig.at(URL, "authorizationFile", "/etc/authorization"));
    assertEquals("authorizationFile: /etc/authorization does not hold one line of ASCII", note);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      textBlock =
          """
          Authorization: Bearer canary | holds a whole header line
          authorization:Bearer canary | holds a whole header line
          "Authorization: Bearer canary" | holds a whole header line
          -H "Authorization: Bearer canary" | holds a whole header line
          Proxy-Authorization: Basic Y2FuYXJ5 | holds a whole header line
          X-Api-Key: canary | holds a whole header line
          Basic user:canary | holds user:password in plain text
          """)
  void anAuthorizationThatCanBeNoneIsRefused(String line, String told) throws IOException {
    endpoints.put("/etc/authorization", line + "\n", "rw-------");
    String note = unusable(WebhookRig.at(URL, "authorizationFile", "/etc/authorization"));
    assertTrue(note.startsWith("authorizationFile: /etc/authorization " + told), note);
    assertFalse(note.contains("canary"), note);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiter = '|',
      textBlock =
          """
          canary | , line 1: it must be "Name: value"
          X-Key: | , line 1: it must be "Name: value"
          : canary | , line 1: it must be "Name: value"
          X Key: canary | , line 1: it must be "Name: value"
          X-Key : canary | , line 1: it must be "Name: value"
          -H "X-Key: canary" | , line 1: it must be "Name: value"
          {"X-Key": "canary"} | , line 1: it must be "Name: value"
          X-Key: canarÿ | , line 1: it must be "Name: value"
          X-A: canary~~X-Key canary | , line 2: it must be "Name: value"
          X-A: canary~~~~x-a: canary | , line 3: the file names this header twice
          Authorization: canary | , line 1: it must be another header than Authorization
          Proxy-Authorization: canary | another header than Proxy-Authorization
          webhook-signature: canary | another header than webhook-signature
          Webhook-Id: canary | another header than Webhook-Id
          Content-Type: canary | another header than Content-Type
          content-length: 7 | another header than content-length
          HOST: canary | another header than HOST
          Connection: canary | another header than Connection
          Keep-Alive: canary | another header than Keep-Alive
          Proxy-Connection: canary | another header than Proxy-Connection
          TE: canary | another header than TE
          Trailer: canary | another header than Trailer
          Transfer-Encoding: canary | another header than Transfer-Encoding
          Upgrade: canary | another header than Upgrade
          Expect: canary | another header than Expect
          ~~ | must hold lines "Name: value", but is empty
          """)
  void secretHeadersThatCannotBeSentAreRefused(String lines, String told) throws IOException {
    endpoints.put("/etc/headers", lines.replace("~~", "\n") + "\n", "rw-------");
    String note = unusable(WebhookRig.at(URL, "secretHeadersFile", "/etc/headers"));
    assertTrue(note.startsWith("secretHeadersFile: /etc/headers"), note);
    assertTrue(note.contains(told), note);
    assertFalse(note.contains("canar"), note);
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw-----w-", "rw----r--"})
  void secretHeadersThatOthersReachAreRefused(String permissions) throws IOException {
    endpoints.put("/etc/headers", "X-Key: canary", permissions);
    String note = unusable(WebhookRig.at(URL, "secretHeadersFile", "/etc/headers"));
    assertTrue(note.startsWith("secretHeadersFile: ") && note.contains("chmod"), note);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Bearer a.b:c=", "Splunk 12-34", "token", "Basic dXNlcjpwYXNz", "SharedKey a:b"})
  void everyKindOfAuthorizationIsTaken(String value) throws IOException {
    endpoints.put("/etc/authorization", value, "rw-------");
    client(WebhookRig.at(URL, "authorizationFile", "/etc/authorization"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "canary",
        "-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n",
      })
  void aBundleWithoutCertificatesIsRefused(String pem) throws IOException {
    endpoints.put("/etc/ca.pem", pem, "rw-r--r--");
    String note = unusable(WebhookRig.at(URL));
    assertTrue(note.startsWith("caBundle: /etc/ca.pem "), note);
  }

  @Test
  void aBundleThatOthersMayWriteIsRefused() throws IOException {
    endpoints.put("/etc/ca.pem", "", "rw-rw-rw-");
    assertTrue(unusable(WebhookRig.at(URL)).contains("chmod go-w"));
  }

  @Test
  void aKeystoreThatCannotBeOpenedIsRefused() throws IOException {
    endpoints.put("/etc/identity.p12", "canary", "rw-------");
    endpoints.put("/etc/password", "canary", "rw-------");
    String note =
        unusable(
            WebhookRig.at(
                URL,
                "clientKeystore",
                "/etc/identity.p12",
                "clientKeystorePasswordFile",
                "/etc/password"));
    assertTrue(note.startsWith("clientKeystore: /etc/identity.p12 is not PKCS#12"), note);
    assertFalse(note.contains("canary"), note);
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy.example.com:99999", "a b:80", ":80"})
  void aProxyThatIsNoneIsRefused(String proxy) {
    String note = unusable(WebhookRig.at(URL, "proxy", proxy));
    assertTrue(note.startsWith("proxy: "), note);
  }

  @ParameterizedTest
  @ValueSource(strings = {"system", "none", "proxy.example.com:3128", "[::1]:3128"})
  void everyKindOfProxyIsTaken(String proxy) {
    assertEquals(
        "https://fleet.example.com:8443", client(WebhookRig.at(URL, "proxy", proxy)).where());
  }

  private static Settings inFile() {
    return WebhookRig.at(null, "endpointFile", "/etc/endpoint");
  }

  private WebhookClient client(Settings settings) {
    return endpoints.client(settings);
  }

  private @Nullable String unusable(Settings settings) {
    return assertInstanceOf(Endpoint.Unusable.class, endpoints.open(settings)).note();
  }
}
