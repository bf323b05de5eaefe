package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Sets up TLS: trusted certificates besides those of Java, and the client certificate. */
final class TlsSetup {
  private TlsSetup() {}

  /**
   * Applies it to a client.
   *
   * @param bundle certificates that are trusted besides those of Java
   * @param identity sent to a server that asks for a client certificate, {@code null} if none
   * @param trace records the handshakes
   */
  static void apply(
      List<X509Certificate> bundle,
      @Nullable ClientIdentity identity,
      HandshakeTrace trace,
      OkHttpClient.Builder http)
      throws UnusableSettingException {
    try {
      X509ExtendedTrustManager trust = trace.tracing(trust(bundle));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {trace.tracing(identity == null ? null : identity.keys())},
          new TrustManager[] {trust},
          null);
      http.sslSocketFactory(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException | IOException e) {
      throw new UnusableSettingException("caBundle: TLS cannot be set up (" + e.getMessage() + ")");
    }
  }

  private static X509ExtendedTrustManager trust(List<X509Certificate> bundle)
      throws GeneralSecurityException, IOException {
    X509ExtendedTrustManager java = managerOf(null);
    if (bundle.isEmpty()) {
      return java;
    }
    KeyStore all = KeyStore.getInstance("PKCS12");
    all.load(null, null);
    int n = 0;
    for (X509Certificate issuer : java.getAcceptedIssuers()) {
      all.setCertificateEntry("java-" + n++, issuer);
    }
    for (X509Certificate certificate : bundle) {
      all.setCertificateEntry("bundle-" + n++, certificate);
    }
    return managerOf(all);
  }

  private static X509ExtendedTrustManager managerOf(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no trust manager for certificates");
  }
}
