package org.kextwatch.agent.webhook;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.NoSuchAlgorithmException;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The client certificates of this Mac with their private keys, from a PKCS#12 file.
 *
 * @param name of the setting and the file, for people
 * @param certificates of the keys, one of each
 */
record ClientIdentity(String name, X509KeyManager keys, List<X509Certificate> certificates) {

  /**
   * Reads the file.
   *
   * @throws UnusableSettingException with the reason: not PKCS#12, wrong password, an algorithm
   *     that this Java lacks, no private key
   */
  static ClientIdentity open(String name, byte[] content, char[] password)
      throws UnusableSettingException {
    if (new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN ")) {
      throw new UnusableSettingException(
          name
              + " is PEM: convert it to PKCS#12: openssl pkcs12 -export -inkey KEY.pem -in"
              + " CERTIFICATE.pem");
    }
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(content), password);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      List<X509Certificate> certificates = certificates(store);
      if (certificates.isEmpty()) {
        throw new UnusableSettingException(
            name
                + " holds no private key with a certificate: export the certificate together with"
                + " its key (openssl pkcs12 -export -inkey KEY.pem -in CERTIFICATE.pem)");
      }
      return new ClientIdentity(name, manager(factory), certificates);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new UnusableSettingException(name + " " + reason(e));
    }
  }

  /** Why a receiver would reject it now; empty if no reason is known. */
  Optional<String> flaw(Instant now) {
    boolean isGood =
        certificates.stream().anyMatch(one -> CertificateFlaw.validity(one, now) == null);
    return isGood
        ? Optional.empty()
        : certificates.stream()
            .findFirst()
            .map(
                one ->
                    "%s: its certificate, %s, %s"
                        .formatted(
                            name,
                            CertificateFlaw.subject(one),
                            CertificateFlaw.validity(one, now)));
  }

  private static X509KeyManager manager(KeyManagerFactory factory) throws KeyStoreException {
    for (KeyManager manager : factory.getKeyManagers()) {
      if (manager instanceof X509KeyManager x509) {
        return x509;
      }
    }
    throw new KeyStoreException("no manager for X.509 keys");
  }

  private static List<X509Certificate> certificates(KeyStore store) throws KeyStoreException {
    List<X509Certificate> all = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      Certificate certificate = store.isKeyEntry(alias) ? store.getCertificate(alias) : null;
      if (certificate instanceof X509Certificate x509) {
        all.add(x509);
      }
    }
    return all;
  }

  /** Java reports the reason in a cause, or only in the message of one. */
  private static String reason(Throwable failure) {
    boolean isPassword = false;
    for (@Nullable Throwable e = failure; e != null; e = e.getCause()) {
      String text = String.valueOf(e.getMessage());
      if (e instanceof NoSuchAlgorithmException
          || text.contains("NoSuchAlgorithm")
          || text.contains("parameter parsing error")
          || text.contains("parseAlgParameters")) {
        return "is encrypted in a way that this Java cannot read: export it again with AES-256"
            + " (openssl pkcs12 -export -keypbe AES-256-CBC -certpbe AES-256-CBC -macalg sha256)";
      }
      isPassword |= e instanceof UnrecoverableKeyException || text.contains("password");
    }
    return isPassword
        ? "has another password than the one in clientKeystorePasswordFile"
        : "is not PKCS#12, or it is damaged";
  }
}
