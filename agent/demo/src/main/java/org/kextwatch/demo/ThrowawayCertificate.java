package org.kextwatch.demo;

import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A self-signed certificate for this machine's loopback address. It is valid for one day, and its
 * private key is never written to disk.
 *
 * @param tls for the server that uses the certificate
 * @param pem the certificate, for a client that trusts only this one
 */
public record ThrowawayCertificate(SSLContext tls, String pem) {

  public static ThrowawayCertificate make() {
    HeldCertificate certificate =
        new HeldCertificate.Builder()
            .commonName("localhost")
            .addSubjectAlternativeName("127.0.0.1")
            .addSubjectAlternativeName("localhost")
            .duration(1, TimeUnit.DAYS)
            .build();
    return new ThrowawayCertificate(
        new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslContext(),
        certificate.certificatePem());
  }
}
