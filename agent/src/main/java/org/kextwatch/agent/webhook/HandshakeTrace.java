package org.kextwatch.agent.webhook;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Records the last full handshake: the server's certificates, whether it asked for a client
 * certificate, and which one it got. With TLS 1.3 a missing client certificate breaks the
 * connection only after the handshake, and with no reason.
 */
final class HandshakeTrace {
  private List<X509Certificate> chain = List.of();
  private boolean isAsked;
  private @Nullable X509Certificate sent;

  /** The certificates that the server sent, its own first, trusted or not. */
  synchronized List<X509Certificate> chain() {
    return chain;
  }

  /** Whether the server asked for a client certificate. */
  synchronized boolean isAsked() {
    return isAsked;
  }

  /** The client certificate that the server got, {@code null} if none. */
  synchronized @Nullable X509Certificate sent() {
    return sent;
  }

  /** A handshake starts. One that resumes a session calls nothing else here. */
  synchronized void reset() {
    chain = List.of();
  }

  private synchronized void onServerChain(X509Certificate[] received) {
    chain = List.of(received);
    isAsked = false;
    sent = null;
  }

  private synchronized void onRequest(@Nullable X509Certificate ours) {
    isAsked = true;
    sent = ours == null ? sent : ours;
  }

  /**
   * A trust manager that records the certificates, decides as the other one does, and besides
   * refuses what is weak, expired or beyond what its CA may issue.
   */
  X509ExtendedTrustManager tracing(X509ExtendedTrustManager other) {
    return new TracingTrust(other);
  }

  /**
   * A key manager that chooses as the other one does and records the choice.
   *
   * @param other {@code null} if there is no client certificate
   */
  KeyManager tracing(@Nullable X509KeyManager other) {
    return new TracingKeys(other);
  }

  private final class TracingTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager other;

    TracingTrust(X509ExtendedTrustManager other) {
      this.other = other;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType, Socket socket)
        throws CertificateException {
      onServerChain(received);
      other.checkServerTrusted(received, authType, socket);
      requireNoFlaw(received);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType, SSLEngine engine)
        throws CertificateException {
      onServerChain(received);
      other.checkServerTrusted(received, authType, engine);
      requireNoFlaw(received);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] received, String authType)
        throws CertificateException {
      onServerChain(received);
      other.checkServerTrusted(received, authType);
      requireNoFlaw(received);
    }

    private void requireNoFlaw(X509Certificate[] accepted) throws CertificateException {
      CertificateFlaw flaw =
          CertificateFlaw.ofAccepted(
              List.of(accepted), List.of(other.getAcceptedIssuers()), Instant.now());
      if (flaw != null) {
        throw new CertificateException(flaw.found());
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType, Socket socket)
        throws CertificateException {
      other.checkClientTrusted(received, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType, SSLEngine engine)
        throws CertificateException {
      other.checkClientTrusted(received, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] received, String authType)
        throws CertificateException {
      other.checkClientTrusted(received, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return other.getAcceptedIssuers();
    }
  }

  private final class TracingKeys extends X509ExtendedKeyManager {
    private final @Nullable X509KeyManager other;

    TracingKeys(@Nullable X509KeyManager other) {
      this.other = other;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
      String alias = other == null ? null : other.chooseClientAlias(keyTypes, issuers, socket);
      X509Certificate[] ours =
          other == null || alias == null ? null : other.getCertificateChain(alias);
      onRequest(ours == null || ours.length == 0 ? null : ours[0]);
      return alias;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return chooseClientAlias(keyTypes, issuers, null);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return other == null ? null : other.getClientAliases(keyType, issuers);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      return other == null ? null : other.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      return other == null ? null : other.getPrivateKey(alias);
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return null; // this program is never the server
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return null;
    }
  }
}
