package org.kextwatch.agent.webhook;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/**
 * What an answer of the endpoint says to people. Pure.
 *
 * @param found the status, and what is strange about it; of an address only scheme, host and port
 * @param remedy what to do, empty if there is nothing to do
 */
record ResponseDiagnosis(String found, String remedy) {
  private static final Pattern LOGIN = Pattern.compile("(?i)\\b(log|sign)[ -]?(in|on)\\b");

  /**
   * Judges one.
   *
   * @param begin of the body
   * @param url that was asked
   * @param tls what the handshake has shown
   */
  static ResponseDiagnosis of(Response head, String begin, HttpUrl url, HandshakeTrace tls) {
    int status = head.code();
    return switch (DeliveryOutcome.of(status)) {
      case DELIVERED -> delivered(head, begin);
      case GONE ->
          new ResponseDiagnosis(
              answered(status),
              "The receiver says that this address is gone for good: create a new one there, and"
                  + " set endpoint. Until then it is tried once a day.");
      case MISCONFIGURED -> misconfigured(head, url, tls);
      case SUSPECT -> new ResponseDiagnosis(answered(status), suspect(status, tls));
      default ->
          status == 511
              ? new ResponseDiagnosis(
                  answered(status) + " (a captive portal: this network wants a login)",
                  "Somebody must log in to the network that this Mac is in. Events wait and are"
                      + " tried again.")
              : new ResponseDiagnosis(
                  answered(status),
                  "The receiver is in trouble: see its log. Events wait and are tried again.");
    };
  }

  /** Where an address leads, without what may be a secret in it. */
  static String where(HttpUrl url) {
    String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
    boolean usual = url.port() == HttpUrl.defaultPort(url.scheme());
    return url.scheme() + "://" + host + (usual ? "" : ":" + url.port());
  }

  private static String answered(int status) {
    return "answered " + status;
  }

  private static ResponseDiagnosis delivered(Response head, String begin) {
    if (isPage(head.header("Content-Type", ""), begin)) {
      return new ResponseDiagnosis(
          answered(head.code()) + " with a page (HTML)",
          "Receivers of webhooks do not answer with a page: is endpoint the address of a login or a"
              + " web site? What was sent counts as delivered.");
    }
    return head.code() == 203
        ? new ResponseDiagnosis(
            "answered 203 (something between here and the receiver has changed its answer)",
            "Look for a proxy or gateway that answers in the receiver's place. What was sent counts"
                + " as delivered.")
        : new ResponseDiagnosis(answered(head.code()), "");
  }

  /** Some receivers say a plain "ok" and call it HTML. */
  private static boolean isPage(@Nullable String type, String begin) {
    String text = begin.replace("\u00ef\u00bb\u00bf", "").stripLeading().toLowerCase(Locale.ROOT);
    boolean isHtml =
        type != null
            && type.toLowerCase(Locale.ROOT).matches("\\s*(text/html|application/xhtml).*");
    return text.startsWith("<!doctype html")
        || text.startsWith("<html")
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
          "That is what proxies answer: something between here and the receiver wants a login."
              + " Check the settings proxy and proxyCredentialsFile.");
    }
    return new ResponseDiagnosis(
        answered(status),
        certificate(status, tls)
            + "Check endpoint (path and token), authorizationFile, and that the receiver has the"
            + " secret of secretFile. Events wait meanwhile.");
  }

  private static ResponseDiagnosis redirect(Response head, HttpUrl url) {
    String location = head.header("Location");
    HttpUrl target = location == null ? null : url.resolve(location);
    String points =
        target == null
            ? ""
            : where(target).equals(where(url))
                ? "; it points to another path of the same host"
                : "; it points to " + PlainText.of(where(target));
    return new ResponseDiagnosis(
        answered(head.code()) + points + "; redirects are not followed",
        "Check endpoint: it must be the address that answers itself, and not one that redirects"
            + " (http for https, a missing slash, a login page). Events wait meanwhile.");
  }

  private static String suspect(int status, HandshakeTrace tls) {
    String takes = "it must take POST, application/json and up to 64 KiB.";
    return switch (status) {
      case 400, 422 ->
          certificate(status, tls)
              + "The receiver does not take such an event: check that it has the secret of"
              + " secretFile, and whether it wants a client certificate (clientKeystore); "
              + takes;
      default -> "The receiver does not take such events: " + takes;
    };
  }

  /** A server that asks may let everybody in, and refuse with a status who shows none. */
  private static String certificate(int status, HandshakeTrace tls) {
    if (!tls.isAsked() || (status != 400 && status != 401 && status != 403)) {
      return "";
    }
    X509Certificate given = tls.given();
    return given == null
        ? "The receiver asked for a client certificate and got none: set clientKeystore. "
        : "Does it accept the client certificate, %s? ".formatted(CertificateFlaw.subject(given));
  }
}
