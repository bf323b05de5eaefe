package org.kextwatch.agent.webhook;

import static org.kextwatch.agent.webhook.TlsReceiver.refused;
import static org.kextwatch.agent.webhook.TlsReceiver.taken;
import static org.kextwatch.agent.webhook.TlsReceivers.CA;
import static org.kextwatch.agent.webhook.TlsReceivers.EC;
import static org.kextwatch.agent.webhook.TlsReceivers.NAME;
import static org.kextwatch.agent.webhook.TlsReceivers.ROOT;

import java.util.List;
import okhttp3.tls.HeldCertificate;

/**
 * Receivers that Java alone would take, because it asks little of what is trusted and of CAs, or
 * would refuse with no word that an operator understands.
 */
final class OddTlsReceivers {
  private final TlsReceivers made;

  OddTlsReceivers(TlsReceivers made) {
    this.made = made;
  }

  /** What is trusted has an end, and a purpose. */
  List<TlsReceiver> refusedThoughTrusted() throws Exception {
    HeldCertificate oldRoot = Pems.valid(ca("Old root"), -9, -2).build();
    HeldCertificate earlyRoot = Pems.valid(ca("Early root"), 2, 9).build();
    HeldCertificate oldBetween = Pems.valid(Pems.intermediate(ROOT, "Old"), -9, -2).build();
    HeldCertificate pinned = Pems.valid(self(), -9, -2).build();
    HeldCertificate pinnedOfACa = Pems.valid(Pems.server(ROOT), -9, -2).build();
    HeldCertificate client =
        made.issue("client-pinned", null, EC, "-sha256", NAME, "extendedKeyUsage=clientAuth");
    HeldCertificate shortPinned = made.issue("short-pinned", null, "rsa:1024", "-sha256", NAME);
    HeldCertificate noCa = made.issue("no-ca", null, EC, "-sha256", "basicConstraints=CA:false");
    return List.of(
        refused(
            "expired root",
            "the trusted certificate CN=Old root expired on",
            oldRoot,
            Pems.server(oldRoot).build()),
        refused(
            "root that is not yet valid",
            "the trusted certificate CN=Early root is not valid before",
            earlyRoot,
            Pems.server(earlyRoot).build()),
        refused(
            "expired intermediate that is trusted itself",
            "the trusted certificate CN=Old expired on",
            oldBetween,
            Pems.server(oldBetween).build()),
        refused("expired, trusted itself", "its certificate, CN=localhost, exp", pinned, pinned),
        refused(
            "expired, of a CA, trusted itself",
            "its certificate, CN=localhost, expired on",
            pinnedOfACa,
            pinnedOfACa),
        refused("for clients, trusted itself", "is not for TLS servers", client, client),
        refused("short key, trusted itself", "a key of only 1024 bits", shortPinned, shortPinned),
        refused(
            "trusted certificate that is no CA, above another",
            "CN=no-ca has issued a certificate, but is not a CA",
            noCa,
            made.issue("below-no-ca", noCa, EC, "-sha256", NAME)));
  }

  /** A CA goes beyond what its own certificate says. */
  List<TlsReceiver> refusedForTheirIssuer() throws Exception {
    String none = CA + ",pathlen:0";
    HeldCertificate clients = made.issue("for-clients", ROOT, EC, "-sha256", CA, clientsOnly(""));
    HeldCertificate clientsFirmly =
        made.issue("for-clients-firmly", ROOT, EC, "-sha256", CA, clientsOnly("critical,"));
    HeldCertificate clientsRoot =
        made.issue("root-for-clients", null, EC, "-sha256", CA, clientsOnly(""));
    HeldCertificate lowest = made.issue("lowest", ROOT, EC, "-sha256", none);
    HeldCertificate belowLowest = made.issue("below-lowest", lowest, EC, "-sha256", CA);
    HeldCertificate lowestRoot = made.issue("lowest-root", null, EC, "-sha256", none);
    HeldCertificate belowLowestRoot = made.issue("below-it", lowestRoot, EC, "-sha256", CA);
    String signsNone = "keyUsage=critical,digitalSignature";
    HeldCertificate signer = made.issue("signs-none", ROOT, EC, "-sha256", CA, signsNone);
    HeldCertificate signerRoot = made.issue("root-signs-none", null, EC, "-sha256", CA, signsNone);
    HeldCertificate network =
        made.issue(
            "network", null, EC, "-sha256", CA, "nameConstraints=permitted;IP:10.0.0.0/255.0.0.0");
    return List.of(
        refused(
            "intermediate for clients",
            "the CA CN=for-clients must not issue certificates for TLS servers",
            ROOT,
            made.issue("below-clients", clients, EC, "-sha256", NAME),
            clients),
        refused(
            "intermediate for clients, firmly",
            "the CA CN=for-clients-firmly must not issue certificates for TLS servers",
            ROOT,
            made.issue("below-firmly", clientsFirmly, EC, "-sha256", NAME),
            clientsFirmly),
        refused(
            "root for clients",
            "the CA CN=root-for-clients must not issue certificates for TLS servers",
            clientsRoot,
            made.issue("below-root-for-clients", clientsRoot, EC, "-sha256", NAME)),
        refused(
            "CA below an intermediate that must have none",
            "the CA CN=lowest must not have a CA below it there (path length)",
            ROOT,
            made.issue("too-deep", belowLowest, EC, "-sha256", NAME),
            belowLowest,
            lowest),
        refused(
            "CA below a root that must have none",
            "the CA CN=lowest-root must not have a CA below it there (path length)",
            lowestRoot,
            made.issue("too-deep-too", belowLowestRoot, EC, "-sha256", NAME),
            belowLowestRoot),
        refused(
            "intermediate that must sign no certificate",
            "the CA CN=signs-none must not issue certificates (key usage)",
            ROOT,
            made.issue("below-signs-none", signer, EC, "-sha256", NAME),
            signer),
        refused(
            "root that must sign no certificate",
            "the CA CN=root-signs-none must not issue certificates (key usage)",
            signerRoot,
            made.issue("below-root-signs-none", signerRoot, EC, "-sha256", NAME)),
        refused(
            "one name of two that the root is not for",
            "the CA CN=network must not issue a certificate for that name",
            network,
            made.issue("two", network, EC, "-sha256", NAME + ",IP:127.0.0.1")));
  }

  /** They look like some that are not taken. */
  List<TlsReceiver> goodAllTheSame() throws Exception {
    HeldCertificate pinned = self().build();
    HeldCertificate between = Pems.intermediate(ROOT, "Trusted between").build();
    HeldCertificate pssRoot = made.issue("pss-root", null, "rsa:2048", "-sha256", CA);
    String pss = "-sha256 -sigopt rsa_padding_mode:pss";
    return List.of(
        taken("self-signed, trusted itself", pinned, pinned),
        taken("intermediate, trusted itself", between, Pems.server(between).build()),
        taken("RSASSA-PSS", pssRoot, made.issue("p", pssRoot, EC, pss, NAME)),
        taken(
            "for any use",
            ROOT,
            made.issue("any", ROOT, EC, "-sha256", NAME, "extendedKeyUsage=anyExtendedKeyUsage")));
  }

  /** As large as Java reads them, and larger. */
  static List<TlsReceiver> large() {
    HeldCertificate root = ca("Deep root", 20).build();
    return List.of(
        taken("a thousand names", ROOT, named(1_000)),
        refused("ten thousand names", "larger than Java takes", ROOT, named(10_000)),
        taken("ten certificates", root, chain(root, 10)),
        refused("eleven certificates", "more certificates than Java takes", root, chain(root, 11)));
  }

  /** With so many names besides localhost. */
  static HeldCertificate named(int count) {
    HeldCertificate.Builder own = Pems.server(ROOT);
    for (int i = 0; i < count; i++) {
      own.addSubjectAlternativeName("mac-" + i + ".example.test");
    }
    return own.build();
  }

  /** Its own certificate first, without the root. */
  private static HeldCertificate[] chain(HeldCertificate root, int count) {
    HeldCertificate[] chain = new HeldCertificate[count];
    HeldCertificate issuer = root;
    for (int i = count - 1; i > 0; i--) {
      issuer = ca("CA " + i, i).signedBy(issuer).build();
      chain[i] = issuer;
    }
    chain[0] = Pems.server(issuer).build();
    return chain;
  }

  private static String clientsOnly(String critical) {
    return "extendedKeyUsage=" + critical + "clientAuth";
  }

  private static HeldCertificate.Builder ca(String name) {
    return ca(name, 1);
  }

  private static HeldCertificate.Builder ca(String name, int below) {
    return new HeldCertificate.Builder().certificateAuthority(below).commonName(name);
  }

  private static HeldCertificate.Builder self() {
    return new HeldCertificate.Builder()
        .commonName("localhost")
        .addSubjectAlternativeName("localhost");
  }
}
