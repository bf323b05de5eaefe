package org.kextwatch.agent.webhook;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what the last full handshake showed: the server's certificates, whether the server
 * asked for ours, and which one it got. TLS 1.3 tells of a missing certificate only after the
 * handshake, when the connection breaks without a word.
 */
final class HandshakeTrace {
  private List<X509Certificate> chain = List.of();
  private boolean asked;
  private @Nullable X509Certificate given;

  /** The certificates that the server has shown, its own first, trusted or not. */
  synchronized List<X509Certificate> chain() {
    return chain;
  }

  /** Whether the server has asked for a client certificate. */
  synchronized boolean isAsked() {
    return asked;
  }

  /** The client certificate that it got, {@code null} if none. */
  synchronized @Nullable X509Certificate given() {
    return given;
  }

  /** A handshake begins. One that takes up an old session shows nothing new. */
  synchronized void begin() {
    chain = List.of();
  }

  private synchronized void show(X509Certificate[] shown) {
    chain = List.of(shown);
    asked = false;
    given = null;
  }

  private synchronized void answer(@Nullable X509Certificate ours) {
    asked = true;
    given = ours == null ? given : ours;
  }

  /** Judges as the other does, and remembers what it was shown. */
  X509ExtendedTrustManager watching(X509ExtendedTrustManager other) {
    return new WatchedTrust(other);
  }

  /**
   * Presents what the other does, and remembers that it was asked to.
   *
   * @param other {@code null} if there is nothing to present
   */
  KeyManager watching(@Nullable X509KeyManager other) {
    return new WatchedIdentity(other);
  }

  private final class WatchedTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager other;

    WatchedTrust(X509ExtendedTrustManager other) {
      this.other = other;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType, Socket socket)
        throws CertificateException {
      show(shown);
      other.checkServerTrusted(shown, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
        throws CertificateException {
      show(shown);
      other.checkServerTrusted(shown, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String authType)
        throws CertificateException {
      show(shown);
      other.checkServerTrusted(shown, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType, Socket socket)
        throws CertificateException {
      other.checkClientTrusted(shown, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType, SSLEngine engine)
        throws CertificateException {
      other.checkClientTrusted(shown, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String authType)
        throws CertificateException {
      other.checkClientTrusted(shown, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return other.getAcceptedIssuers();
    }
  }

  private final class WatchedIdentity extends X509ExtendedKeyManager {
    private final @Nullable X509KeyManager other;

    WatchedIdentity(@Nullable X509KeyManager other) {
      this.other = other;
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
      String alias = other == null ? null : other.chooseClientAlias(keyTypes, issuers, socket);
      X509Certificate[] ours =
          other == null || alias == null ? null : other.getCertificateChain(alias);
      answer(ours == null || ours.length == 0 ? null : ours[0]);
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
