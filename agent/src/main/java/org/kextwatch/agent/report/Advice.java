package org.kextwatch.agent.report;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.kextwatch.agent.report.Witness.Stage;

/** What an operator can do where an event did not arrive. */
final class Advice {
  static final String SETTINGS = "Put that right; see: kextwatch config show";
  static final String NO_ENDPOINT =
      "Set endpoint (or endpointFile) in the profile or in config.json.";
  static final String CLOCK =
      "Set this Mac's clock (sntp): receivers refuse signatures that are five minutes off.";

  private Advice() {}

  /** Where a request got no answer. */
  static String after(Stage stage, Witness seen, String where) {
    return switch (stage) {
      case DNS -> "Check the host in endpoint, and this Mac's DNS: dscacheutil -q host -a name …";
      case TCP ->
          seen.isProxied()
              ? "Check the settings proxy and proxyCredentialsFile, and that the proxy lets this Mac"
                  + " through."
              : "Check that the receiver runs and the port in endpoint is right; does a firewall"
                  + " want the setting proxy?";
      case TLS -> tls(seen, where);
      case POST ->
          seen.failure() instanceof SSLException
              ? "The receiver may want a client's certificate: set clientKeystore."
              : "The receiver took the connection but did not answer: see its log, and that of what"
                  + " stands before it.";
    };
  }

  private static String tls(Witness seen, String where) {
    IOException failure = seen.failure();
    if (failure instanceof SSLPeerUnverifiedException) {
      return "The certificate is for another name than " + where + ": correct one of the two.";
    }
    if (!seen.chain().isEmpty()) {
      X509Certificate leaf = seen.chain().get(0);
      return leaf.getNotAfter().toInstant().isBefore(Instant.now())
          ? "The certificate has expired: renew it at the receiver (or is this Mac's clock wrong?)."
          : "Its issuer is not trusted. If it is yours, or your TLS inspection's, put its root"
              + " certificate as PEM into a file and name that in caBundle.";
    }
    return "The receiver and this Mac share no TLS 1.2 or 1.3, or it wants a client's certificate"
        + " (clientKeystore), or the port is not one for TLS.";
  }

  /** Where a request was answered; empty if it was delivered. */
  static String after(Sent sent) {
    return switch (sent.outcome()) {
      case DELIVERED -> "";
      case GONE ->
          "The receiver says that this address is gone for good: create a new one there, and set"
              + " endpoint. Until then it is tried once a day.";
      case MISCONFIGURED ->
          "Check endpoint (path and token), authorizationFile, and that the receiver has the secret"
              + " of secretFile. Events wait meanwhile.";
      case SUSPECT ->
          "The receiver does not take such events: it must take POST, application/json and up to"
              + " 64 KiB.";
      case TRANSIENT -> "The receiver is in trouble: see its log. Events wait and are tried again.";
    };
  }
}
