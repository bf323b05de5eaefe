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
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.webhook.ConnectionTrace.Phase;

/**
 * Why a request got no response, and the remedy. Pure.
 *
 * @param found one sentence for people; of the address only the host
 */
record FailureDiagnosis(DeliveryOutcome outcome, String found, String remedy) {
  /** The message of OkHttp if a proxy opens no tunnel; the status is reported nowhere else. */
  private static final Pattern CONNECT =
      Pattern.compile("Unexpected response code for CONNECT: (\\d{1,4})");

  /** What messages of Java's TLS mean, which name alerts as RFC 8446 does. */
  private static final Map<Pattern, String> MEANINGS =
      Map.of(
          Pattern.compile("protocol[_ ]version"),
          "the receiver offers neither TLS 1.2 nor TLS 1.3",
          Pattern.compile("handshake_failure|insufficient_security"),
          "usually there is no cipher that both accept",
          Pattern.compile("unrecognized_name"),
          "the receiver does not know the host name of endpoint",
          Pattern.compile("no_application_protocol"),
          "the receiver offers neither HTTP/2 nor HTTP/1.1",
          Pattern.compile("unrecognized SSL message"),
          "what answers there does not speak TLS",
          Pattern.compile("size of the handshake message"),
          "its certificates, or what else it sends of TLS, are larger than Java takes",
          Pattern.compile("certificate chain length"),
          "it sends more certificates than Java takes",
          Pattern.compile("terminated the handshake|close_notify"),
          "the receiver, or something before it, ended it without a reason");

  /**
   * What is known about a failed request.
   *
   * @param login why the proxy rejected the login, {@code null} if it did not
   * @param roots the certificates that this Mac trusts
   * @param host of the endpoint
   */
  record FailedRequest(
      ConnectionTrace trace,
      HandshakeTrace tls,
      ProxyAuthenticator.@Nullable LoginFailure login,
      Collection<X509Certificate> roots,
      String host,
      Instant now) {}

  static FailureDiagnosis of(IOException failure, FailedRequest request) {
    ProxyAuthenticator.LoginFailure login = request.login;
    if (login != null) {
      return new FailureDiagnosis(DeliveryOutcome.MISCONFIGURED, login.found(), login.remedy());
    }
    IOException cause = farthest(failure);
    Matcher connect = CONNECT.matcher(String.valueOf(cause.getMessage()));
    if (connect.find()) {
      return ofProxy(Integer.parseInt(connect.group(1)), request.host);
    }
    FailureDiagnosis certificate = ofCertificate(cause, request);
    return certificate == null ? ofStage(cause, request) : certificate;
  }

  /** If several addresses were tried, the failure of the one that got farthest. */
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
    return transientFailure(
        "the proxy answered CONNECT with %d".formatted(status),
        switch (status / 100) {
          case 3 ->
              "The proxy redirects, for example to a login page: it must connect this Mac to %s"
                      .formatted(host)
                  + " without one.";
          case 4 ->
              "The proxy does not connect this Mac to %s: ask its administrator to allow CONNECT to"
                      .formatted(host)
                  + " that host and port.";
          case 5 ->
              "The proxy cannot reach %s: check its log, and whether it resolves that name."
                  .formatted(host);
          default -> "Check the setting proxy: is that an HTTPS proxy?";
        });
  }

  private static @Nullable FailureDiagnosis ofCertificate(IOException e, FailedRequest request) {
    List<X509Certificate> chain = request.tls.chain();
    if (chain.isEmpty()) {
      return null;
    }
    if (e instanceof SSLPeerUnverifiedException) {
      return of(CertificateFlaw.ofName(chain.get(0), request.host));
    }
    if (!isAboutCertificates(e)) {
      return null;
    }
    CertificateFlaw flaw = CertificateFlaw.of(chain, request.roots, request.now);
    return flaw == null
        ? transientFailure(
            describe(e),
            "Java rejects the receiver's certificates for that reason: correct them at the"
                + " receiver.")
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
    return transientFailure("TLS fails: " + flaw.found(), flaw.remedy());
  }

  private static FailureDiagnosis ofStage(IOException e, FailedRequest request) {
    Phase stage = request.trace.failedStage();
    boolean isAsked = stage.compareTo(Phase.TLS) >= 0 && request.tls.isAsked();
    return isAsked && !(e instanceof InterruptedIOException)
        ? ofClientCertificate(e, request)
        : transientFailure(describe(e, request.trace), advice(stage, request));
  }

  /** With TLS 1.3 the connection breaks only after the handshake without a certificate. */
  private static FailureDiagnosis ofClientCertificate(IOException e, FailedRequest request) {
    X509Certificate sent = request.tls.sent();
    if (sent == null) {
      return transientFailure(
          describe(e) + ", after it asked for a client certificate and got none",
          "The receiver wants a client certificate: set clientKeystore to one from a CA that the"
              + " receiver accepts.");
    }
    String validity = CertificateFlaw.validity(sent, request.now);
    return transientFailure(
        "%s, after it got the client certificate %s%s"
            .formatted(
                describe(e),
                CertificateFlaw.subject(sent),
                validity == null ? "" : ", which " + validity),
        "The receiver does not accept the client certificate: check its log and which CAs it"
            + " accepts, then renew or replace the certificate in clientKeystore.");
  }

  private static String describe(IOException e, ConnectionTrace trace) {
    if (e instanceof UnknownHostException) {
      return trace.isProxied()
          ? "the name of the proxy does not resolve"
          : "its name does not resolve";
    }
    boolean isAtProxy = trace.isProxied() && trace.failedStage().compareTo(Phase.TCP) <= 0;
    if (isUnconnected(e)) {
      return "no connection" + (isAtProxy ? " to the proxy" : "");
    }
    if (e instanceof InterruptedIOException) {
      return "no answer in time" + (isAtProxy ? " from the proxy" : "");
    }
    return describe(e);
  }

  /** Without the messages of other exceptions, which may contain the whole address. */
  private static String describe(IOException e) {
    if (e instanceof WebhookSockets.TooMuchException) {
      return String.valueOf(e.getMessage());
    }
    return e instanceof SSLException
        ? "TLS fails: " + withMeaning(PlainText.of(String.valueOf(e.getMessage())))
        : "the connection broke (" + e.getClass().getSimpleName() + ")";
  }

  private static String withMeaning(String message) {
    return MEANINGS.entrySet().stream()
        .filter(one -> one.getKey().matcher(message).find())
        .findFirst()
        .map(one -> message + ": " + one.getValue())
        .orElse(message);
  }

  private static String advice(Phase stage, FailedRequest request) {
    boolean isProxied = request.trace.isProxied();
    return switch (stage) {
      case DNS ->
          isProxied
              ? "Check the name of the proxy in the setting proxy, and this Mac's DNS."
              : "Check the host in endpoint, and this Mac's DNS: dscacheutil -q host -a name "
                  + request.host;
      case TCP ->
          isProxied
              ? "Check the settings proxy and proxyCredentialsFile, and that the proxy lets this"
                  + " Mac through."
              : "Check that the receiver runs, that the port in endpoint is right, and whether this"
                  + " network needs the setting proxy.";
      case TLS ->
          "Check that the port is one for TLS, that the receiver supports TLS 1.2 or 1.3 with"
              + " today's ciphers, and that nothing between this Mac and the receiver blocks TLS.";
      case POST ->
          "The receiver accepted the connection but did not answer: check its log, and that of"
              + " proxies or gateways in front of it.";
    };
  }

  private static FailureDiagnosis transientFailure(String found, String remedy) {
    return new FailureDiagnosis(DeliveryOutcome.TRANSIENT, found, remedy);
  }
}
