package org.kextwatch.agent.webhook;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import okhttp3.tls.HeldCertificate;

/** Certificates and keystores, good and bad. */
final class Pems {
  static final String PASSWORD = "geheim";
  static final Duration DAY = Duration.ofDays(1);

  private Pems() {}

  /** A CA that may issue others. */
  static HeldCertificate root(String name) {
    return new HeldCertificate.Builder().certificateAuthority(1).commonName(name).build();
  }

  /** A CA below another one. */
  static HeldCertificate.Builder intermediate(HeldCertificate root, String name) {
    return new HeldCertificate.Builder().certificateAuthority(0).commonName(name).signedBy(root);
  }

  /** A server's certificate for localhost. */
  static HeldCertificate.Builder server(HeldCertificate issuer) {
    return new HeldCertificate.Builder()
        .signedBy(issuer)
        .commonName("localhost")
        .addSubjectAlternativeName("localhost");
  }

  /** Valid from then, in days from now, to then. */
  static HeldCertificate.Builder valid(HeldCertificate.Builder one, int from, int to) {
    Instant now = Instant.now();
    return one.validityInterval(
        now.plus(DAY.multipliedBy(from)).toEpochMilli(),
        now.plus(DAY.multipliedBy(to)).toEpochMilli());
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = Pems.class.getResourceAsStream("/tls/" + name)) {
      if (in == null) {
        throw new IOException("no resource " + name);
      }
      return in.readAllBytes();
    }
  }

  static String text(String name) throws IOException {
    return new String(resource(name), StandardCharsets.ISO_8859_1);
  }

  /** PKCS#12 of a key and its certificate, as Java writes it. */
  static byte[] keystore(HeldCertificate one, String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "one",
        one.keyPair().getPrivate(),
        password.toCharArray(),
        new Certificate[] {one.certificate()});
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    store.store(out, password.toCharArray());
    return out.toByteArray();
  }

  static X509Certificate[] chain(HeldCertificate... above) {
    X509Certificate[] chain = new X509Certificate[above.length];
    for (int i = 0; i < above.length; i++) {
      chain[i] = above[i].certificate();
    }
    return chain;
  }
}
