package org.kextwatch.agent.webhook;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.kextwatch.agent.config.RequestHeaders;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.Seeds;

/** What endpoints answer, and the files of secrets and certificates. */
public final class WebhookFuzz {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");
  private static final HttpUrl URL = HttpUrl.get("https://fleet.example.com/hooks/Secret-Token");
  private static final int LONGEST_CHAIN = 10;
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  private WebhookFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.ofText(
            "Retry-After",
            List.of(
                "120",
                "0.5",
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994"),
            WebhookFuzz::retryAfter),
        FuzzTarget.ofText(
            "response head",
            List.of(
                "302\nLocation: https://login.example.com/x?y\nDate: Thu, 26 Nov 2026 12:00:01 GMT",
                "503\nRetry-After: 120\nDate: Thu, 26 Nov 2026 12:00:01 GMT",
                "200\nContent-Type: text/html\n\n<html>Log in",
                "511\n",
                "407\nProxy-Authenticate: Digest realm=\"a\", Basic realm=\"b\"",
                "307\nLocation: //[::1]:8/"),
            WebhookFuzz::head),
        FuzzTarget.ofText(
            "secret",
            List.of(SECRET, SECRET.substring(6), "whsk_" + SECRET, " whsec_AAEC\n"),
            WebhookFuzz::secret),
        FuzzTarget.ofText(
            "proxy",
            List.of("system", "none", "proxy.example.com:8080", "[::1]:3128"),
            WebhookFuzz::proxy),
        FuzzTarget.ofText(
            "secret headers",
            List.of("X-Api-Key: s3cret\n\nX-Other: value two\n"),
            WebhookFuzz::headers),
        new FuzzTarget(
            "CA bundle", Seeds.files("/tls", ".*\\.(pem|crt|cer)"), WebhookFuzz::bundle));
  }

  private static void retryAfter(String header) {
    Optional<Duration> wait = RetryAfter.parse(header, NOW);
    check(wait.isEmpty() || !wait.get().isNegative(), "a negative wait");
    check(wait.isEmpty() || wait.get().compareTo(RetryAfter.MAX) <= 0, "a wait of more than a day");
    RetryAfter.date(header)
        .ifPresent(date -> check(Duration.between(date, NOW).toDays() < 4_000_000, "far away"));
  }

  /** As {@link WebhookClient} makes a result of it. */
  private static void head(String text) {
    List<String> lines = text.lines().toList();
    Response.Builder head =
        new Response.Builder()
            .request(new Request.Builder().url(URL).build())
            .protocol(Protocol.HTTP_1_1)
            .message("")
            .code(status(lines.isEmpty() ? "" : lines.get(0)));
    Headers.Builder headers = new Headers.Builder();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0 && RequestHeaders.areValid(line.substring(0, colon), "x")) {
        headers.addUnsafeNonAscii(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    Response response = head.headers(headers.build()).build();
    new ProxyAuthenticator("user:password").authenticate(null, response);
    retryAfter(response.header("Retry-After", ""));
    retryAfter(response.header("Date", ""));
    String body = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    ResponseDiagnosis diagnosis = ResponseDiagnosis.of(response, body, URL, new HandshakeTrace());
    String said = diagnosis.found() + diagnosis.remedy();
    check(said.length() < 2_000, "a long diagnosis");
    check(said.chars().noneMatch(Character::isISOControl), "control characters");
    check(!said.contains("Secret-Token"), "our token"); // no host has capitals
  }

  /** As a server may send them. The advice has a command that people copy. */
  private static void sent(List<X509Certificate> chain) {
    Stream.of(
            CertificateFlaw.of(chain, List.of(), NOW),
            CertificateFlaw.of(chain, chain, NOW),
            CertificateFlaw.ofAccepted(chain, chain, NOW),
            CertificateFlaw.ofName(chain.get(0), "fleet.example.com"))
        .filter(Objects::nonNull)
        .forEach(
            flaw -> {
              String said = flaw.found() + flaw.remedy();
              check(said.length() < 4_000, "a long flaw");
              check(said.chars().noneMatch(Character::isISOControl), "control characters");
              check(!flaw.remedy().matches("(?s).*[`$\\\\].*"), "a command of others");
            });
  }

  private static int status(String line) {
    String digits = line.replaceAll("[^0-9]", "");
    return digits.length() == 3 ? Integer.parseInt(digits) : 500;
  }

  private static void secret(String text) {
    Optional<String> flaw = WebhookSecret.flaw(text);
    if (flaw.isPresent()) {
      check(text.strip().length() < 8 || !flaw.get().contains(text.strip()), "shows the secret");
      return;
    }
    byte[] key = WebhookSecret.parse(text).key();
    check(key.length >= 24 && key.length <= 64, "a key of " + key.length + " bytes");
    check(!WebhookSecret.parse(text).toString().contains(text.strip()), "shows the secret");
  }

  private static void proxy(String text) {
    OkHttpClient.Builder http = new OkHttpClient.Builder();
    try {
      ProxySetting.apply(text, http);
    } catch (UnusableSettingException e) {
      check(String.valueOf(e.getMessage()).length() < 200, "a long message");
      return;
    }
    Proxy proxy = http.getProxy$okhttp();
    boolean isAddress = proxy != null && proxy.address() instanceof InetSocketAddress;
    check(isAddress == !List.of("system", "none").contains(text), "another proxy");
    if (isAddress) {
      InetSocketAddress address = (InetSocketAddress) proxy.address();
      check(!address.getHostString().isEmpty() && address.getPort() > 0, "no address");
    }
  }

  private static void headers(String text) {
    try {
      new TreeMap<>(SecretHeaders.parse("f", text.getBytes(StandardCharsets.UTF_8)))
          .forEach((name, value) -> new Request.Builder().url(URL).header(name, value).build());
    } catch (UnusableSettingException e) {
      check(String.valueOf(e.getMessage()).length() < 500, "a long message");
      boolean isInName = text.lines().anyMatch(line -> line.matches("[^:]*s3cret.*:.*"));
      check(isInName || !String.valueOf(e.getMessage()).contains("s3cret"), "shows the secret");
    }
  }

  private static void bundle(byte[] bytes) {
    try {
      List<X509Certificate> certificates = CaBundle.read("f", bytes);
      check(!certificates.isEmpty(), "no certificate");
      sent(certificates.subList(0, Math.min(certificates.size(), LONGEST_CHAIN)));
    } catch (UnusableSettingException e) {
      check(String.valueOf(e.getMessage()).length() < 2_000, "a long message");
    }
  }
}
