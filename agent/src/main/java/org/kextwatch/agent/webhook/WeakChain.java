package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Java accepts below a root of caBundle though it can be forged, and CAs that issue what they
 * must not. Pure.
 */
final class WeakChain {
  private static final int MIN_BITS = 2048;
  private static final Pattern BROKEN_DIGEST = Pattern.compile("(?i)(MD[245]|SHA-?1)(with.*)?");

  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final int KEY_CERT_SIGN = 5;

  private WeakChain() {}

  /**
   * Finds the first weakness.
   *
   * @param path from the server's own certificate to the one that is trusted
   * @return {@code null} if there is none
   */
  static @Nullable CertificateFlaw flaw(List<X509Certificate> path) {
    X509Certificate trusted = path.get(path.size() - 1);
    for (X509Certificate one : path) {
      if (!one.equals(trusted) && isForgeable(one)) {
        return new CertificateFlaw(
            "the certificate %s is signed with %s, which can be forged"
                .formatted(CertificateFlaw.subject(one), digest(one).replaceFirst("with.*", "")),
            "Have it issued again, signed with SHA-256.");
      }
      int bits = bits(one.getPublicKey());
      if (bits < MIN_BITS) {
        return new CertificateFlaw(
            "the certificate %s has a key of only %d bits"
                .formatted(CertificateFlaw.subject(one), bits),
            "Have it issued again, with an RSA key of 2048 bits or more, or with an elliptic"
                + " curve.");
      }
    }
    return null;
  }

  /** Whether somebody else may have made its signature. */
  static boolean isForgeable(X509Certificate one) {
    return BROKEN_DIGEST.matcher(digest(one)).matches();
  }

  private static String digest(X509Certificate one) {
    byte[] parameters = one.getSigAlgParams();
    if (!one.getSigAlgName().equals("RSASSA-PSS") || parameters == null) {
      return one.getSigAlgName();
    }
    try {
      AlgorithmParameters pss = AlgorithmParameters.getInstance("RSASSA-PSS");
      pss.init(parameters);
      return pss.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
    } catch (GeneralSecurityException | IOException e) {
      return one.getSigAlgName();
    }
  }

  /** The size of a key whose size decides; other keys are judged by Java. */
  private static int bits(PublicKey key) {
    if (key instanceof RSAPublicKey rsa) {
      return rsa.getModulus().bitLength();
    }
    return key instanceof DSAPublicKey dsa && dsa.getParams() != null
        ? dsa.getParams().getP().bitLength()
        : Integer.MAX_VALUE;
  }

  /**
   * The limit that an issuer has passed, of those that its own certificate names. Java checks them
   * in part for the CAs that a server sends, and hardly for a trusted one.
   *
   * @param path from the server's own certificate upwards
   * @param at the place of the issuer in it, 1 or more
   * @param isTrusted whether it is a root of this Mac; those of X.509 version 1 say nothing
   * @return {@code null} if it keeps its limits
   */
  static @Nullable CertificateFlaw passedLimit(
      List<X509Certificate> path, int at, boolean isTrusted) {
    X509Certificate ca = path.get(at);
    String name = CertificateFlaw.subject(ca);
    if (isTrusted && ca.getVersion() < 3) {
      return null;
    }
    if (ca.getBasicConstraints() < 0) {
      return limit("%s has issued a certificate, but is not a CA".formatted(name));
    }
    boolean[] usage = ca.getKeyUsage();
    if (usage != null && !usage[KEY_CERT_SIGN]) {
      return limit("the CA %s must not issue certificates (key usage)".formatted(name));
    }
    long below = path.subList(1, at).stream().filter(one -> !isSelfIssued(one)).count();
    if (below > ca.getBasicConstraints()) {
      return limit("the CA %s must not have a CA below it there (path length)".formatted(name));
    }
    if (!CertificateFlaw.mayServe(ca)) {
      return limit(
          "the CA %s must not issue certificates for TLS servers (extended key usage)"
              .formatted(name));
    }
    return isFor(path.get(0), ca)
        ? null
        : limit(
            "the CA %s must not issue a certificate for that name (name constraints)"
                .formatted(name));
  }

  private static CertificateFlaw limit(String found) {
    return new CertificateFlaw(
        found, "Have the receiver's certificate issued by a CA that may issue it.");
  }

  private static boolean isSelfIssued(X509Certificate one) {
    return one.getSubjectX500Principal().equals(one.getIssuerX500Principal());
  }

  private static boolean isFor(X509Certificate own, X509Certificate ca) {
    byte[] octets = ca.getExtensionValue(NAME_CONSTRAINTS);
    if (octets == null) {
      return true;
    }
    int header = octets[1] >= 0 ? 2 : 2 + (octets[1] & 0x7f); // tag and length of the OCTET STRING
    X509CertSelector names = new X509CertSelector();
    try {
      names.setNameConstraints(Arrays.copyOfRange(octets, header, octets.length));
      return names.match(own);
    } catch (IOException e) {
      return false;
    }
  }
}
