package org.kextwatch.agent.report;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;

/** Whom we trust beyond what the system does, and who we say we are. */
final class Tls {
  private static final char[] NO_PASSWORD = new char[0];

  private Tls() {}

  /** Sets it; without either setting (or a witness) everything stays as the system has it. */
  static void apply(
      Settings.Webhook settings,
      SettingFiles files,
      @Nullable Witness witness,
      OkHttpClient.Builder http)
      throws UnusableSetting {
    if (settings.caBundle() == null && settings.clientKeystore() == null && witness == null) {
      return;
    }
    try {
      X509TrustManager trust = trust(settings.caBundle(), files);
      if (witness != null) {
        trust = witness.watching(trust);
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(identity(settings, files), new TrustManager[] {trust}, null);
      http.sslSocketFactory(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException | IOException e) {
      throw new UnusableSetting("caBundle: TLS cannot be set up (" + e.getMessage() + ")");
    }
  }

  private static X509TrustManager trust(@Nullable String caBundle, SettingFiles files)
      throws UnusableSetting, GeneralSecurityException, IOException {
    X509TrustManager system = managerOf(null);
    if (caBundle == null) {
      return system;
    }
    KeyStore all = KeyStore.getInstance("PKCS12");
    all.load(null, null);
    int n = 0;
    for (X509Certificate issuer : system.getAcceptedIssuers()) {
      all.setCertificateEntry("system-" + n++, issuer);
    }
    for (Certificate certificate : certificates(caBundle, files)) {
      all.setCertificateEntry("bundle-" + n++, certificate);
    }
    return managerOf(all);
  }

  private static X509TrustManager managerOf(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no trust manager for certificates");
  }

  private static Collection<? extends Certificate> certificates(String macPath, SettingFiles files)
      throws UnusableSetting, GeneralSecurityException {
    byte[] pem = files.trusted("caBundle", macPath);
    Collection<? extends Certificate> certificates;
    try {
      certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
    } catch (GeneralSecurityException e) {
      throw new UnusableSetting("caBundle: " + macPath + " is not PEM");
    }
    if (certificates.isEmpty()) {
      throw new UnusableSetting("caBundle: " + macPath + " holds no certificate");
    }
    return certificates;
  }

  private static KeyManager @Nullable [] identity(Settings.Webhook settings, SettingFiles files)
      throws UnusableSetting, GeneralSecurityException {
    String macPath = settings.clientKeystore();
    if (macPath == null) {
      return null;
    }
    String passwordFile = settings.clientKeystorePasswordFile();
    char[] password =
        passwordFile == null
            ? NO_PASSWORD
            : files.secretLine("clientKeystorePasswordFile", passwordFile).toCharArray();
    byte[] content = files.secret("clientKeystore", macPath);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(content), password);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      return factory.getKeyManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw new UnusableSetting(
          ("clientKeystore: %s is not PKCS#12, or has another password than"
                  + " clientKeystorePasswordFile says")
              .formatted(macPath));
    }
  }
}
