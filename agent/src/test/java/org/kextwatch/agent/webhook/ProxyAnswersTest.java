package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import mockwebserver3.MockResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.webhook.EndpointProbe.Step;

/** A failure of the proxy is reported as the proxy's. */
final class ProxyAnswersTest extends OnAClient {
  @ParameterizedTest
  @CsvSource({
    "400, does not connect this Mac",
    "403, ask its administrator to allow CONNECT",
    "302, redirects",
    "410, does not connect this Mac",
    "502, cannot reach",
    "504, cannot reach localhost",
    "204, is that an HTTPS proxy",
  })
  void whatItAnswersToConnectIsItsOwn(int status, String remedy) {
    answerToConnect(new MockResponse.Builder().code(status));
    SendResult sent = send(null);
    assertEquals(DeliveryOutcome.TRANSIENT, sent.outcome());
    assertEquals(
        "https://localhost:1: the proxy answered CONNECT with %d".formatted(status), sent.note());

    answerToConnect(new MockResponse.Builder().code(status));
    Step step = lastStep(null);
    assertEquals("tcp", step.name());
    assertEquals(
        "the proxy answered CONNECT with %d (the proxy localhost:%d)"
            .formatted(status, server.getPort()),
        step.found());
    assertTrue(step.remedy().contains(remedy), step::remedy);
  }

  @ParameterizedTest
  @CsvSource({
    "-, Basic realm=\"p\", the proxy wants a login, Set proxyCredentialsFile",
    "user:pass, Basic realm=\"p\", rejects the one in proxyCredentialsFile, Correct user:password",
    "user:pass, NTLM, the proxy accepts no login except NTLM, supports only Basic",
    "-, Negotiate, the proxy accepts no login except Negotiate, supports only Basic",
    "-, Digest realm=\"p\", the proxy accepts no login except Digest, supports only Basic",
    "user:pass, -, rejects the one in proxyCredentialsFile, Correct user:password",
  })
  void whyItWantsAnotherLoginIsSaid(String login, String challenge, String found, String remedy)
      throws Exception {
    String file = login.equals("-") ? null : "/etc/proxy";
    endpoints.put("/etc/proxy", login, "rw-------");
    for (int i = 0; i < 2; i++) {
      MockResponse.Builder answer = answer(407);
      answerToConnect(
          challenge.equals("-") ? answer : answer.addHeader("Proxy-Authenticate", challenge));
    }
    SendResult sent = send(file);
    assertEquals(DeliveryOutcome.MISCONFIGURED, sent.outcome());
    assertTrue(sent.note().contains(found), sent.note());
    Step step = lastStep(file);
    assertTrue(step.found().contains(found), step::found);
    assertTrue(step.remedy().contains(remedy), step::remedy);
  }

  @Test
  void twoKindsOfLoginAreBothNamed() {
    answerToConnect(
        answer(407)
            .addHeader("Proxy-Authenticate", "Negotiate")
            .addHeader("Proxy-Authenticate", "NTLM"));
    assertTrue(send(null).note().endsWith("accepts no login except Negotiate, NTLM"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", ":password", "Basic dXNlcjpwYXNz"})
  void aLoginWithoutAUserAndAColonIsRefused(String login) throws Exception {
    endpoints.put("/etc/proxy", login, "rw-------");
    Endpoint.Unusable unusable =
        assertInstanceOf(Endpoint.Unusable.class, endpoints.open(proxied("/etc/proxy", "p:3128")));
    assertTrue(
        unusable.note().startsWith("proxyCredentialsFile: /etc/proxy must hold user:password"),
        unusable.note());
  }

  @Test
  void aProxyWhoseNameDoesNotResolveIsNotTheEndpoint() {
    Settings settings = proxied(null, "kextwatch.invalid:3128");
    use(settings);
    assertEquals(
        "https://localhost:1: the name of the proxy does not resolve", super.send().note());
    EndpointProbe probe = EndpointProbe.run(settings, endpoints.root, "0.1.0", EVENT);
    Step step = probe.steps().get(probe.steps().size() - 1);
    assertEquals("dns", step.name());
    assertTrue(step.remedy().contains("the name of the proxy"), step::remedy);
  }

  @Test
  void aProxyThatIsNotThereIsNotTheEndpoint() {
    use(proxied(null, "localhost:1"));
    assertEquals("https://localhost:1: no connection to the proxy", super.send().note());
  }

  private SendResult send(@Nullable String login) {
    use(proxied(login, "localhost:" + server.getPort()));
    return super.send();
  }

  private Step lastStep(@Nullable String login) {
    EndpointProbe probe =
        EndpointProbe.run(
            proxied(login, "localhost:" + server.getPort()), endpoints.root, "0.1.0", EVENT);
    return probe.steps().get(probe.steps().size() - 1);
  }

  private void answerToConnect(MockResponse.Builder answer) {
    server.enqueue(answer.inTunnel().build());
  }

  private static Settings proxied(@Nullable String login, String proxy) {
    return WebhookRig.at("https://localhost:1/hook", "proxy", proxy, "proxyCredentialsFile", login);
  }
}
