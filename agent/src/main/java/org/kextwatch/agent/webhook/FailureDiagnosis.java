package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.webhook.ConnectionTrace.Stage;

/**
 * Why a request got no answer, and what can be done. Pure.
 *
 * @param found for people; nothing of the address but its host
 */
record FailureDiagnosis(DeliveryOutcome outcome, String found, String remedy) {
  /** How OkHttp tells of a proxy that opens no tunnel; its answer is told nowhere else. */
  private static final Pattern CONNECT =
      Pattern.compile("Unexpected response code for CONNECT: (\\d{1,4})");

  /**
   * What is known of an attempt that failed.
   *
   * @param seen how far it came
   * @param tls what the handshake showed
   * @param login what the proxy said to it, {@code null} if nothing
   * @param roots that this Mac trusts
   * @param host of the endpoint
   */
  record Attempt(
      ConnectionTrace seen,
      HandshakeTrace tls,
      ProxyAuthenticator.@Nullable Refusal login,
      Collection<X509Certificate> roots,
      String host,
      Instant now) {}

  static FailureDiagnosis of(IOException failure, Attempt attempt) {
    ProxyAuthenticator.Refusal login = attempt.login;
    if (login != null) {
      return new FailureDiagnosis(DeliveryOutcome.MISCONFIGURED, login.found(), login.remedy());
    }
    IOException told = farthest(failure);
    Matcher connect = CONNECT.matcher(String.valueOf(told.getMessage()));
    if (connect.find()) {
      return ofProxy(Integer.parseInt(connect.group(1)), attempt.host);
    }
    FailureDiagnosis certificate = ofCertificate(told, attempt);
    return certificate == null ? ofStage(told, attempt) : certificate;
  }

  /** Of several addresses that were tried, what stopped the one that came farthest. */
  private static IOException farthest(IOException failure) {
    List<IOException> all =
        Stream.concat(Stream.of(failure), Stream.of(failure.getSuppressed()))
            .filter(IOException.class::isInstance)
            .map(IOException.class::cast)
            .toList();
    return Stream.concat(
            all.stream().filter(SSLException.class::isInstance),
            all.stream().filter(one -> !isUnconnected(one)))
        .findFirst()
        .orElse(failure);
  }

  private static boolean isUnconnected(IOException e) {
    return e instanceof ConnectException || e instanceof NoRouteToHostException;
  }

  private static FailureDiagnosis ofProxy(int status, String host) {
    return transientOne(
        "the proxy answered %d to CONNECT".formatted(status),
        switch (status / 100) {
          case 3 ->
              "The proxy redirects, as for a login page: it must let this Mac through to %s"
                      .formatted(host)
                  + " without one.";
          case 4 ->
              "The proxy does not let this Mac through to %s: have its administrator allow CONNECT"
                      .formatted(host)
                  + " to that host and port.";
          case 5 ->
              "The proxy does not reach %s: see its log, and whether it resolves that name."
                  .formatted(host);
          default -> "Is that a proxy for HTTPS? Check the setting proxy.";
        });
  }

  private static @Nullable FailureDiagnosis ofCertificate(IOException e, Attempt attempt) {
    List<X509Certificate> chain = attempt.tls.chain();
    if (chain.isEmpty()) {
      return null;
    }
    if (e instanceof SSLPeerUnverifiedException) {
      return of(CertificateFlaw.ofName(chain.get(0), attempt.host));
    }
    if (!isAboutCertificates(e)) {
      return null;
    }
    CertificateFlaw flaw = CertificateFlaw.of(chain, attempt.roots, attempt.now);
    return flaw == null
        ? transientOne(
            words(e),
            "Java does not accept the receiver's certificates for that reason: correct them there.")
        : of(flaw);
  }

  private static boolean isAboutCertificates(IOException e) {
    for (@Nullable Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return true;
      }
    }
    return false;
  }

  private static FailureDiagnosis of(CertificateFlaw flaw) {
    return transientOne("TLS fails: " + flaw.found(), flaw.remedy());
  }

  private static FailureDiagnosis ofStage(IOException e, Attempt attempt) {
    Stage stage = attempt.seen.failedAt();
    boolean isAsked = stage.compareTo(Stage.TLS) >= 0 && attempt.tls.isAsked();
    return isAsked && !(e instanceof InterruptedIOException)
        ? ofClientCertificate(e, attempt)
        : transientOne(described(e, attempt.seen), advice(stage, attempt));
  }

  /** TLS 1.3 lets a client go on that shows none, and breaks the connection then. */
  private static FailureDiagnosis ofClientCertificate(IOException e, Attempt attempt) {
    X509Certificate given = attempt.tls.given();
    if (given == null) {
      return transientOne(
          words(e) + ", after it asked for a client certificate and got none",
          "The receiver wants a client certificate: set clientKeystore, to one by a CA that the"
              + " receiver accepts.");
    }
    String validity = CertificateFlaw.validity(given, attempt.now);
    return transientOne(
        "%s, after it was shown the client certificate %s%s"
            .formatted(
                words(e),
                CertificateFlaw.subject(given),
                validity == null ? "" : ", which " + validity),
        "The receiver does not accept the client certificate: see its log, and which CAs it"
            + " accepts; then renew or replace the one of clientKeystore.");
  }

  private static String described(IOException e, ConnectionTrace seen) {
    if (e instanceof UnknownHostException) {
      return seen.isProxied()
          ? "the name of the proxy does not resolve"
          : "its name does not resolve";
    }
    boolean isByProxy = seen.isProxied() && seen.failedAt().compareTo(Stage.TCP) <= 0;
    if (isUnconnected(e)) {
      return "no connection" + (isByProxy ? " to the proxy" : "");
    }
    if (e instanceof InterruptedIOException) {
      return "no answer in time" + (isByProxy ? " from the proxy" : "");
    }
    return words(e);
  }

  /** The messages of other exceptions may hold more of the address than may be told. */
  private static String words(IOException e) {
    return e instanceof SSLException
        ? "TLS fails: " + PlainText.of(String.valueOf(e.getMessage()))
        : "the connection broke (" + e.getClass().getSimpleName() + ")";
  }

  private static String advice(Stage stage, Attempt attempt) {
    boolean isProxied = attempt.seen.isProxied();
    return switch (stage) {
      case DNS ->
          isProxied
              ? "Check the name of the proxy in the setting proxy, and this Mac's DNS."
              : "Check the host in endpoint, and this Mac's DNS: dscacheutil -q host -a name "
                  + attempt.host;
      case TCP ->
          isProxied
              ? "Check the settings proxy and proxyCredentialsFile, and that the proxy lets this"
                  + " Mac through."
              : "Check that the receiver runs and the port in endpoint is right; does a firewall"
                  + " want the setting proxy?";
      case TLS ->
          "The receiver and this Mac share no TLS 1.2 or 1.3, or something between them cuts TLS,"
              + " or the port is not one for TLS.";
      case POST ->
          "The receiver took the connection but did not answer: see its log, and that of what"
              + " stands before it.";
    };
  }

  private static FailureDiagnosis transientOne(String found, String remedy) {
    return new FailureDiagnosis(DeliveryOutcome.TRANSIENT, found, remedy);
  }
}
