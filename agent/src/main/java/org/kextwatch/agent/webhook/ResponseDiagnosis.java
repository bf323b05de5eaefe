package org.kextwatch.agent.webhook;

import java.security.cert.X509Certificate;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/**
 * Explains a response of the endpoint. Pure.
 *
 * @param found the status and anything unusual; of an address only scheme, host and port
 * @param remedy what to do, empty if nothing
 */
record ResponseDiagnosis(String found, String remedy) {
  /** OkHttp takes time with the square of the length of an odd address. */
  private static final int LONGEST_LOCATION = 4_096;

  private static final Pattern HTML = Pattern.compile("(?i)\\s*+(text/html|application/xhtml)");
  private static final Pattern PAGE = Pattern.compile("(?i)<(!doctype )?html");
  private static final Pattern LOGIN = Pattern.compile("(?i)\\b(log|sign)[ -]?(in|on)\\b");

  /**
   * Explains one response.
   *
   * @param bodyStart the first bytes of the body
   * @param url of the request
   */
  static ResponseDiagnosis of(Response head, String bodyStart, HttpUrl url, HandshakeTrace tls) {
    int status = head.code();
    return switch (DeliveryOutcome.of(status)) {
      case DELIVERED -> delivered(head, bodyStart);
      case GONE ->
          new ResponseDiagnosis(
              answered(status),
              "The receiver says that this address no longer exists: create a new one there and"
                  + " set endpoint. Until then it is tried once a day.");
      case MISCONFIGURED -> misconfigured(head, url, tls);
      case SUSPECT -> new ResponseDiagnosis(answered(status), suspect(status, tls));
      default ->
          status == 511
              ? new ResponseDiagnosis(
                  answered(status) + " (a captive portal: this network requires a login)",
                  "Log in to the network that this Mac is in. Events wait and are tried again.")
              : new ResponseDiagnosis(
                  answered(status),
                  "The receiver fails: check its log. Events wait and are tried again.");
    };
  }

  /** Scheme, host and port of an address, without the parts that may be secret. */
  static String where(HttpUrl url) {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    boolean usual = url.port() == HttpUrl.defaultPort(url.scheme());
    return url.scheme() + "://" + host + (usual ? "" : ":" + url.port());
  }

  private static String answered(int status) {
    return "answered " + status;
  }

  private static ResponseDiagnosis delivered(Response head, String bodyStart) {
    if (isPage(head.header("Content-Type", ""), bodyStart)) {
      return new ResponseDiagnosis(
          answered(head.code()) + " with a page (HTML)",
          "Webhook receivers do not answer with a page: check that endpoint is not the address of a"
              + " login page or web site. The event counts as delivered.");
    }
    return head.code() == 203
        ? new ResponseDiagnosis(
            "answered 203 (a proxy between this Mac and the receiver changed the answer)",
            "Find the proxy or gateway that changes the receiver's answers. The event counts as"
                + " delivered.")
        : new ResponseDiagnosis(answered(head.code()), "");
  }

  /** Some receivers answer a plain "ok" with the type HTML: that is not a page. */
  private static boolean isPage(@Nullable String type, String bodyStart) {
    if (bodyStart.isEmpty()) {
      return false; // as most receivers answer
    }
    String text = bodyStart.replace("\u00ef\u00bb\u00bf", "").stripLeading();
    boolean isHtml = type != null && HTML.matcher(type).lookingAt();
    return PAGE.matcher(text).lookingAt()
        || (isHtml && (text.startsWith("<") || LOGIN.matcher(text).find()));
  }

  private static ResponseDiagnosis misconfigured(Response head, HttpUrl url, HandshakeTrace tls) {
    int status = head.code();
    if (status / 100 == 3) {
      return redirect(head, url);
    }
    if (status == 407) {
      return new ResponseDiagnosis(
          answered(status),
          "A proxy between this Mac and the receiver wants a login. Check the settings proxy and"
              + " proxyCredentialsFile.");
    }
    return new ResponseDiagnosis(
        answered(status),
        certificate(status, tls)
            + "Check endpoint (path and token), authorizationFile, secretHeadersFile, and that the"
            + " receiver has the secret of secretFile. Events wait until then.");
  }

  private static ResponseDiagnosis redirect(Response head, HttpUrl url) {
    String location = head.header("Location");
    boolean isShort = location != null && location.length() <= LONGEST_LOCATION;
    HttpUrl target = isShort ? url.resolve(location) : null;
    String points =
        target == null
            ? ""
            : where(target).equals(where(url))
                ? "; it points to another path of the same host"
                : "; it points to " + PlainText.of(where(target));
    return new ResponseDiagnosis(
        answered(head.code()) + points + "; redirects are not followed",
        "Set endpoint to the final address, not to one that redirects (http for https, a missing"
            + " slash, a login page). Events wait until then.");
  }

  private static String suspect(int status, HandshakeTrace tls) {
    String needs = "It must accept POST with application/json and up to 64 KiB.";
    return switch (status) {
      case 400, 422 ->
          certificate(status, tls)
              + "The receiver rejects this event: check that it has the secret of secretFile, and"
              + " whether it wants a client certificate (clientKeystore). "
              + needs;
      default -> "The receiver rejects this event. " + needs;
    };
  }

  /** Some servers accept connections without a client certificate and answer with an error. */
  private static String certificate(int status, HandshakeTrace tls) {
    if (!tls.isAsked() || (status != 400 && status != 401 && status != 403)) {
      return "";
    }
    X509Certificate sent = tls.sent();
    return sent == null
        ? "The receiver asked for a client certificate and got none: set clientKeystore. "
        : "Check that it accepts the client certificate, %s. "
            .formatted(CertificateFlaw.subject(sent));
  }
}
