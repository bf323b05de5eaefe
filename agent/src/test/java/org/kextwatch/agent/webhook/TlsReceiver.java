package org.kextwatch.agent.webhook;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;

/**
 * A receiver as TLS sees it.
 *
 * @param chain its own certificate with its key, and those above it that it sends
 * @param caBundle the setting's file on the Mac, in PEM
 * @param protocols as nginx names them
 * @param ciphers as OpenSSL names them
 * @param wantsClient whether it insists on a client certificate of {@link TlsReceivers#CLIENT_CA}
 * @param reason a part of what the Mac must say; empty if it must send
 */
record TlsReceiver(
    String name,
    List<HeldCertificate> chain,
    String caBundle,
    String protocols,
    String ciphers,
    boolean wantsClient,
    String reason) {
  static final String MODERN = "TLSv1.2 TLSv1.3";
  static final String CIPHERS = "DEFAULT:@SECLEVEL=0"; // SHA-1 and short keys are served, too

  static TlsReceiver refused(
      String name, String reason, HeldCertificate trusted, HeldCertificate... chain) {
    return new TlsReceiver(
        name, List.of(chain), trusted.certificatePem(), MODERN, CIPHERS, false, reason);
  }

  static TlsReceiver taken(String name, HeldCertificate trusted, HeldCertificate... chain) {
    return refused(name, "", trusted, chain);
  }

  TlsReceiver speaking(String someProtocols, String someCiphers) {
    return new TlsReceiver(name, chain, caBundle, someProtocols, someCiphers, wantsClient, reason);
  }

  TlsReceiver wantingAClient() {
    return new TlsReceiver(name, chain, caBundle, protocols, ciphers, true, reason);
  }

  HeldCertificate own() {
    return chain.get(0);
  }

  String chainPem() {
    return chain.stream().map(HeldCertificate::certificatePem).collect(Collectors.joining());
  }

  /** Sockets of a server that is this receiver. */
  SSLSocketFactory sockets() {
    HandshakeCertificates.Builder tls =
        new HandshakeCertificates.Builder()
            .heldCertificate(
                own(),
                chain.stream()
                    .skip(1)
                    .map(HeldCertificate::certificate)
                    .toArray(X509Certificate[]::new));
    if (wantsClient) {
      tls.addTrustedCertificate(TlsReceivers.CLIENT_CA.certificate());
    }
    SSLSocketFactory any = tls.build().sslSocketFactory();
    return protocols.contains(" ") ? any : new TlsVersion(protocols, any);
  }

  /** The settings of a Mac that shall send to it, whose caBundle is {@code /etc/ca.pem}. */
  Settings settings(String url, @Nullable String... others) {
    Stream<String> identity =
        wantsClient
            ? Stream.of(
                "clientKeystore", "/etc/id.p12", "clientKeystorePasswordFile", "/etc/password")
            : Stream.of();
    return WebhookRig.at(
        url, Stream.concat(identity, Arrays.stream(others)).toArray(String[]::new));
  }

  @Override
  public String toString() {
    return name;
  }
}
