package org.kextwatch.agent.webhook;

import static org.kextwatch.agent.webhook.TlsReceiver.refused;
import static org.kextwatch.agent.webhook.TlsReceiver.taken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.tls.HeldCertificate;
import org.kextwatch.agent.Script;

/** Receivers that must be refused, and receivers that must be taken. */
final class TlsReceivers {
  static final HeldCertificate CLIENT_CA = Pems.root("Clients");
  static final HeldCertificate CLIENT = Pems.server(CLIENT_CA).commonName("mac-7").build();

  static final HeldCertificate ROOT = Pems.root("Ours");
  private static final HeldCertificate STRANGE = Pems.root("Strange");
  private static final HeldCertificate BETWEEN = Pems.intermediate(ROOT, "Between").build();

  static final String CA = "basicConstraints=critical,CA:true";
  static final String NAME = "subjectAltName=DNS:localhost";
  static final String EC = "ec -pkeyopt ec_paramgen_curve:prime256v1";

  private final Path folder;

  /**
   * Receivers whose certificates OpenSSL makes where okhttp-tls cannot.
   *
   * @param folder for its files
   */
  TlsReceivers(Path folder) {
    this.folder = folder;
  }

  /** All but those that are refused for their protocol, and those that only one server can be. */
  List<TlsReceiver> ofEachCertificate() throws Exception {
    List<TlsReceiver> all = new ArrayList<>(refusedForTheirCertificates());
    all.addAll(good());
    all.addAll(goodAllTheSame());
    OddTlsReceivers odd = new OddTlsReceivers(this);
    all.addAll(odd.refusedThoughTrusted());
    all.addAll(odd.refusedForTheirIssuer());
    all.addAll(odd.goodAllTheSame());
    all.addAll(OddTlsReceivers.large());
    return all;
  }

  /** By certificate alone. */
  List<TlsReceiver> refusedForTheirCertificates() throws Exception {
    HeldCertificate old = Pems.valid(Pems.intermediate(ROOT, "Old"), -9, -2).build();
    HeldCertificate strange = Pems.intermediate(STRANGE, "Strange one").build();
    HeldCertificate self =
        new HeldCertificate.Builder()
            .commonName("localhost")
            .addSubjectAlternativeName("localhost")
            .build();
    HeldCertificate sha1Between = issue("sha1-between", ROOT, EC, "-sha1", CA);
    HeldCertificate shortBetween = issue("short-between", ROOT, "rsa:1024", "-sha256", CA);
    HeldCertificate shortRoot = issue("short-root", null, "rsa:1024", "-sha256", CA);
    String elsewhere = "nameConstraints=critical,permitted;DNS:fleet.example";
    HeldCertificate bound = issue("bound", ROOT, EC, "-sha256", CA, elsewhere);
    HeldCertificate barred =
        issue("barred", ROOT, EC, "-sha256", CA, "nameConstraints=excluded;DNS:localhost");
    HeldCertificate boundRoot = issue("bound-root", null, EC, "-sha256", CA, elsewhere);
    return List.of(
        refused("expired", "expired on", ROOT, Pems.valid(Pems.server(ROOT), -9, -2).build()),
        refused(
            "not yet valid",
            "is not valid before",
            ROOT,
            Pems.valid(Pems.server(ROOT), 2, 9).build()),
        refused(
            "wrong host",
            "is for a.example, not for localhost",
            ROOT,
            new HeldCertificate.Builder()
                .signedBy(ROOT)
                .addSubjectAlternativeName("a.example")
                .build()),
        refused("self-signed", "is self-signed", ROOT, self),
        refused(
            "unknown root",
            "its root certificate, CN=Strange, is neither",
            ROOT,
            Pems.server(strange).build(),
            strange,
            STRANGE),
        refused(
            "missing intermediate",
            "it sends only its own certificate, and the issuer, CN=Between, is neither",
            ROOT,
            Pems.server(BETWEEN).build()),
        refused(
            "expired intermediate",
            "the intermediate certificate CN=Old expired on",
            ROOT,
            Pems.server(old).build(),
            old),
        refused(
            "wrong extended key usage",
            "is not for TLS servers (extended key usage)",
            ROOT,
            issue("client", ROOT, EC, "-sha256", NAME, "extendedKeyUsage=clientAuth")),
        refused(
            "SHA-1 signature",
            "the certificate CN=sha1 is signed with SHA1",
            ROOT,
            issue("sha1", ROOT, EC, "-sha1", NAME)),
        refused(
            "SHA-1 signature of an intermediate",
            "the certificate CN=sha1-between is signed with SHA1",
            ROOT,
            issue("below-sha1", sha1Between, EC, "-sha256", NAME),
            sha1Between),
        refused(
            "RSA of 1024 bits",
            "the certificate CN=short has a key of only 1024 bits",
            ROOT,
            issue("short", ROOT, "rsa:1024", "-sha256", NAME)),
        refused(
            "RSA of 1024 bits in an intermediate",
            "the certificate CN=short-between has a key of only 1024 bits",
            ROOT,
            issue("below-short", shortBetween, EC, "-sha256", NAME),
            shortBetween),
        refused(
            "RSA of 1024 bits in the root",
            "the certificate CN=short-root has a key of only 1024 bits",
            shortRoot,
            issue("below-short-root", shortRoot, EC, "-sha256", NAME)),
        refused(
            "name that an intermediate is not for",
            "the CA CN=bound must not issue a certificate for that name",
            ROOT,
            issue("out-of-bounds", bound, EC, "-sha256", NAME),
            bound),
        refused(
            "name that an intermediate excludes",
            "the CA CN=barred must not issue a certificate for that name",
            ROOT,
            issue("excluded", barred, EC, "-sha256", NAME),
            barred),
        refused(
            "name that the root is not for",
            "the CA CN=bound-root must not issue a certificate for that name",
            boundRoot,
            issue("out-of-roots-bounds", boundRoot, EC, "-sha256", NAME)),
        refused(
            "CN without SAN",
            "has no subject alternative name (SAN)",
            ROOT,
            new HeldCertificate.Builder().signedBy(ROOT).commonName("localhost").build()));
  }

  /** One that OpenSSL does not even serve to this client. */
  TlsReceiver sha1WithinPss() throws Exception {
    HeldCertificate rsaRoot = issue("rsa-root", null, "rsa:2048", "-sha256", CA);
    String pss = "-sha1 -sigopt rsa_padding_mode:pss";
    return refused(
        "SHA-1 signature within RSASSA-PSS",
        "the certificate CN=pss is signed with SHA-1",
        rsaRoot,
        issue("pss", rsaRoot, EC, pss, NAME));
  }

  /** By protocol or cipher; each is one that OpenSSL 3 can still serve. */
  static List<TlsReceiver> refusedForTheirProtocol() {
    HeldCertificate own = Pems.server(ROOT).rsa2048().build();
    return List.of(
        refused("TLS 1.0 only", "TLS 1.2", ROOT, own).speaking("TLSv1", "ALL:@SECLEVEL=0"),
        refused("TLS 1.1 only", "TLS 1.2", ROOT, own).speaking("TLSv1.1", "ALL:@SECLEVEL=0"),
        refused("NULL ciphers only", "cipher", ROOT, own)
            .speaking("TLSv1.2", "NULL-SHA256:@SECLEVEL=0"));
  }

  static List<TlsReceiver> good() throws IOException {
    HeldCertificate below = Pems.server(BETWEEN).build();
    HeldCertificate rsa = Pems.server(ROOT).rsa2048().build();
    HeldCertificate ecdsa = Pems.server(ROOT).ecdsa256().build();
    return List.of(
        taken("RSA", ROOT, rsa),
        taken("ECDSA", ROOT, ecdsa),
        taken("TLS 1.2", ROOT, rsa).speaking("TLSv1.2", TlsReceiver.CIPHERS),
        taken("TLS 1.3", ROOT, ecdsa).speaking("TLSv1.3", TlsReceiver.CIPHERS),
        taken("a root of caBundle above an intermediate", ROOT, below, BETWEEN),
        taken("mutual TLS", ROOT, rsa).wantingAClient());
  }

  /** Receivers that are taken though they look like some that are not. */
  List<TlsReceiver> goodAllTheSame() throws Exception {
    String here = "nameConstraints=critical,permitted;DNS:localhost";
    HeldCertificate bound = issue("bound-here", ROOT, EC, "-sha256", CA, here);
    HeldCertificate boundRoot = issue("root-bound-here", null, EC, "-sha256", CA, here);
    HeldCertificate sha1Root = issue("sha1-root", null, EC, "-sha1", CA);
    return List.of(
        taken("intermediate for it", ROOT, issue("in", bound, EC, "-sha256", NAME), bound),
        taken("root for it", boundRoot, issue("in-root", boundRoot, EC, "-sha256", NAME)),
        taken("SHA-1 on the root alone", sha1Root, issue("r", sha1Root, EC, "-sha256", NAME)));
  }

  /** A certificate made by OpenSSL, whose common name is its name. */
  HeldCertificate issue(
      String name, HeldCertificate issuer, String key, String digest, String... extensions)
      throws Exception {
    Files.writeString(folder.resolve("extensions"), String.join("\n", extensions) + "\n");
    String signer = "-signkey key";
    if (issuer != null) {
      Files.writeString(folder.resolve("ca"), issuer.certificatePem());
      Files.writeString(folder.resolve("ca.key"), issuer.privateKeyPkcs8Pem());
      signer = "-CA ca -CAkey ca.key";
    }
    Script.Ended ended =
        Script.run(
            folder,
            Map.of("PATH", "/usr/bin:/bin"),
            "sh -ec",
            """
            openssl req -new -newkey %s -nodes -keyout key -subj /CN=%s -out request
            openssl x509 -req -in request %s -set_serial %d -days 9 %s \\
              -extfile extensions -out certificate
            """
                .formatted(key, name, signer, name.hashCode() & 0x7fffffff, digest));
    if (ended.exit() != 0) {
      throw new AssertionError(ended.toString());
    }
    return HeldCertificate.decode(
        Files.readString(folder.resolve("certificate")) + Files.readString(folder.resolve("key")));
  }
}
