package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a response means, for people. */
final class ResponseDiagnosisTest {
  private static final HttpUrl URL = HttpUrl.get("https://fleet.example.com/hooks/canary?t=canary");

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          200, text/html, <!DOCTYPE html><title>Sign in</title>, true
          200, text/html; charset=utf-8, '  \n<html><body>', true
          202, TEXT/HTML, <!-- a comment --><html>, true
          201, application/xhtml+xml, <?xml version="1.0"?><html/>, true
          200, text/html, Please log in, true
          200, text/plain, <!doctype HTML>, true
          200, -, '\u00ef\u00bb\u00bf<html lang="en">', true
          200, text/html, ok, false
          200, text/html, '', false
          200, text/html, received 1 event, false
          200, application/json, {"login":"<html>"}, false
          200, text/xml, <ok/>, false
          204, -, '', false
          """)
  void aPageIsNoAnswerOfAWebhook(int status, @Nullable String type, String body, boolean isPage) {
    ResponseDiagnosis reply = reply(status, "Content-Type", type, body);
    assertEquals("answered " + status + (isPage ? " with a page (HTML)" : ""), reply.found());
    assertEquals(isPage, reply.remedy().contains("answer with a page"));
    assertEquals(isPage, !reply.remedy().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "https://login.example.com/sso?next=canary, '; it points to https://login.example.com'",
    "https://login.example.com:8443/canary, '; it points to https://login.example.com:8443'",
    "http://canary:canary@10.1.1.1/canary, '; it points to http://10.1.1.1'",
    "//other.example.com/canary, '; it points to https://other.example.com'",
    "http://fleet.example.com/hooks/canary, '; it points to http://fleet.example.com'",
    "/hooks/canary/, '; it points to another path of the same host'",
    "canary/, '; it points to another path of the same host'",
    "data:canary, ''",
    "https://, ''",
  })
  void aRedirectIsNamedByItsHost(String location, String points) {
    for (int status : new int[] {301, 302, 303, 307, 308}) {
      ResponseDiagnosis reply = reply(status, "Location", location, "");
      assertEquals("answered " + status + points + "; redirects are not followed", reply.found());
      assertTrue(reply.remedy().startsWith("Set endpoint"), reply.remedy());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          203 | changed the answer | Find the proxy or gateway
          511 | captive portal | Log in to the network
          407 | answered 407 | settings proxy and proxyCredentialsFile
          400 | answered 400 | the secret of secretFile
          400 | answered 400 | a client certificate (clientKeystore)
          422 | answered 422 | the secret of secretFile
          413 | answered 413 | application/json and up to 64 KiB
          401 | answered 401 | authorizationFile
          404 | answered 404 | Check endpoint
          410 | answered 410 | no longer exists
          503 | answered 503 | The receiver fails
          """)
  void theOthersAreExplained(int status, String found, String remedy) {
    ResponseDiagnosis reply = reply(status, "Content-Type", "text/plain", "");
    assertTrue(reply.found().contains(found), reply.found());
    assertTrue(reply.remedy().contains(remedy), reply.remedy());
  }

  private static ResponseDiagnosis reply(
      int status, String header, @Nullable String value, String body) {
    Response.Builder head =
        new Response.Builder()
            .request(new Request.Builder().url(URL).build())
            .protocol(Protocol.HTTP_1_1)
            .message("")
            .code(status);
    if (value != null) {
      head.header(header, value);
    }
    return ResponseDiagnosis.of(head.build(), body, URL, new HandshakeTrace());
  }
}
