package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;

/** CAs issue a certificate for one key again: the path goes over the good one. */
class CertificateFlawTest {
  private final Instant now = Instant.now();
  private static final HeldCertificate ROOT = Pems.root("Ours");
  private static final HeldCertificate BETWEEN = Pems.intermediate(ROOT, "Between").build();
  private static final HeldCertificate OLD_BETWEEN =
      Pems.valid(Pems.intermediate(ROOT, "Between").keyPair(BETWEEN.keyPair()), -9, -2).build();
  private static final HeldCertificate OLD_ROOT =
      Pems.valid(
              new HeldCertificate.Builder()
                  .certificateAuthority(1)
                  .commonName("Ours")
                  .keyPair(ROOT.keyPair()),
              -9,
              -2)
          .build();
  private static final HeldCertificate OWN = Pems.server(BETWEEN).build();

  @Test
  void ofTwoIntermediatesTheOneThatIsValidCounts() {
    for (HeldCertificate[] sent :
        new HeldCertificate[][] {{OWN, OLD_BETWEEN, BETWEEN}, {OWN, BETWEEN, OLD_BETWEEN}}) {
      assertEquals(certificates(OWN, BETWEEN, ROOT), path(certificates(sent), certificates(ROOT)));
      assertNull(CertificateFlaw.ofAccepted(certificates(sent), certificates(ROOT), now));
    }
  }

  @Test
  void ofTwoRootsTheOneThatIsValidCounts() {
    for (HeldCertificate[] trusted :
        new HeldCertificate[][] {{OLD_ROOT, ROOT}, {ROOT, OLD_ROOT}, {OLD_BETWEEN, ROOT}}) {
      List<X509Certificate> roots = certificates(trusted);
      List<X509Certificate> sent = certificates(OWN, BETWEEN);
      assertEquals(certificates(OWN, BETWEEN, ROOT), path(sent, roots));
      assertNull(CertificateFlaw.ofAccepted(sent, roots, now));
    }
  }

  @Test
  void whereOnlyAnExpiredOneIsThereItIsTheFlaw() {
    CertificateFlaw flaw =
        CertificateFlaw.ofAccepted(certificates(OWN, OLD_BETWEEN), certificates(ROOT), now);
    assertTrue(flaw.found().startsWith("the intermediate certificate CN=Between expired on"));
  }

  @Test
  void whatIsSentTwiceOrBelongsToNothingIsLeftOut() {
    List<X509Certificate> sent =
        certificates(OWN, OWN, Pems.root("Nobody"), BETWEEN, BETWEEN, ROOT);
    assertEquals(certificates(OWN, BETWEEN, ROOT), path(sent, certificates(ROOT)));
    assertEquals(certificates(OWN, BETWEEN, ROOT), path(sent, List.of()));
  }

  /** Two CAs that have issued each other's certificate. */
  @Test
  void aCircleEnds() {
    HeldCertificate one = Pems.root("One");
    HeldCertificate other = Pems.intermediate(one, "Other").build();
    HeldCertificate back =
        new HeldCertificate.Builder()
            .certificateAuthority(0)
            .commonName("One")
            .keyPair(one.keyPair())
            .signedBy(other)
            .build();
    HeldCertificate own = Pems.server(other).build();
    assertEquals(3, path(certificates(own, other, back), List.of()).size());
  }

  private List<X509Certificate> path(List<X509Certificate> shown, List<X509Certificate> roots) {
    return CertificateFlaw.path(shown, roots, now);
  }

  private static List<X509Certificate> certificates(HeldCertificate... all) {
    return List.of(Pems.chain(all));
  }
}
