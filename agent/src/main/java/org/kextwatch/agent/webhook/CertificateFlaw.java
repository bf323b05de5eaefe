package org.kextwatch.agent.webhook;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/**
 * Why the certificates of a server are not trusted; Java only reports that it found no path. Pure.
 *
 * @param found the flaw, in one sentence for people
 * @param remedy what to do about it
 */
record CertificateFlaw(String found, String remedy) {
  /** In every {@link #found} about an unknown issuer. */
  static final String UNKNOWN = "neither in Java's list of roots nor in caBundle";

  private static final String SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_USE = "2.5.29.37.0";
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;
  private static final int NAMES_SHOWN = 5;
  private static final String CLOCK = " Check this Mac's clock, too.";

  private static final Pattern COMMON_NAME =
      Pattern.compile("(?i)(?:^|[,+])\\s*CN=([A-Za-z0-9 ._()@:-]{1,64})(?=$|[,+])");

  /**
   * Finds the first flaw on the path from the server's own certificate to a root.
   *
   * @param shown the certificates that the server sent, its own first
   * @param roots the certificates that this Mac trusts
   * @return {@code null} if no flaw is found
   */
  static @Nullable CertificateFlaw of(
      List<X509Certificate> shown, Collection<X509Certificate> roots, Instant now) {
    List<X509Certificate> path = path(shown, roots, now);
    CertificateFlaw flaw = within(path, roots, now);
    flaw = flaw == null ? end(path, roots) : flaw;
    return flaw == null ? WeakChain.flaw(path) : flaw;
  }

  /** The flaw of a chain that Java accepts, {@code null} if there is none. */
  static @Nullable CertificateFlaw ofAccepted(
      List<X509Certificate> shown, Collection<X509Certificate> roots, Instant now) {
    List<X509Certificate> path = path(shown, roots, now);
    CertificateFlaw flaw = within(path, roots, now);
    return flaw == null ? WeakChain.flaw(path) : flaw;
  }

  /** The first flaw of a certificate on the path, wherever it leads. */
  private static @Nullable CertificateFlaw within(
      List<X509Certificate> path, Collection<X509Certificate> roots, Instant now) {
    CertificateFlaw flaw = own(path.get(0), now);
    for (int at = 1; flaw == null && at < path.size(); at++) {
      boolean isTrusted = roots.contains(path.get(at));
      flaw = issuer(path.get(at), isTrusted, now);
      flaw = flaw == null ? WeakChain.passedLimit(path, at, isTrusted) : flaw;
    }
    return flaw;
  }

  /** The flaw of a certificate that does not match the host. */
  static CertificateFlaw ofName(X509Certificate own, String host) {
    List<String> names = names(own);
    if (names.contains(host)) {
      return new CertificateFlaw(
          "its certificate has %s as a DNS name, not as an IP address".formatted(host),
          "Issue one that names %s as an IP address in its subject alternative names."
              .formatted(host));
    }
    return names.isEmpty()
        ? new CertificateFlaw(
            "its certificate, %s, has no subject alternative name (SAN)".formatted(subject(own)),
            "Issue one that names %s as a subject alternative name: the common name is ignored."
                .formatted(host))
        : new CertificateFlaw(
            "its certificate is for %s, not for %s"
                .formatted(PlainText.of(String.join(", ", names)), host),
            "The certificate is for another name: correct the host in endpoint, or issue a"
                + " certificate"
                + " for %s.".formatted(host));
  }

  /** Why it is not valid now, {@code null} if it is. */
  static @Nullable String validity(X509Certificate certificate, Instant now) {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      return "expired on " + certificate.getNotAfter().toInstant();
    }
    return now.isBefore(certificate.getNotBefore().toInstant())
        ? "is not valid before " + certificate.getNotBefore().toInstant()
        : null;
  }

  static String subject(X509Certificate certificate) {
    return PlainText.of(certificate.getSubjectX500Principal().toString());
  }

  /** The remedy if the issuer may be a private CA or TLS inspection. */
  static String inspection(String issuer) {
    Matcher name = COMMON_NAME.matcher(issuer);
    return "If it is the root of your own CA or of TLS inspection: Java does not read the Keychain;"
        + " export it there (security find-certificate -a -c \"%s\" -p"
            .formatted(name.find() ? name.group(1).strip() : "NAME OF THE ROOT")
        + " /Library/Keychains/System.keychain > FILE), and set caBundle to that file.";
  }

  private static @Nullable CertificateFlaw own(X509Certificate own, Instant now) {
    String validity = validity(own, now);
    if (validity != null) {
      return new CertificateFlaw(
          "its certificate, %s, %s".formatted(subject(own), validity),
          validity.startsWith("expired")
              ? "The certificate has expired: renew it at the receiver." + CLOCK
              : "The certificate is not yet valid: install one that is valid today at the receiver."
                  + CLOCK);
    }
    return mayServe(own)
        ? null
        : new CertificateFlaw(
            "its certificate, %s, is not for TLS servers (extended key usage)"
                .formatted(subject(own)),
            "Issue one with the extended key usage serverAuth: this one is for another purpose.");
  }

  private static @Nullable CertificateFlaw issuer(
      X509Certificate one, boolean isTrusted, Instant now) {
    String validity = validity(one, now);
    if (validity == null) {
      return null;
    }
    return isTrusted
        ? new CertificateFlaw(
            "the trusted certificate %s %s".formatted(subject(one), validity),
            "Put the CA's current certificate into caBundle, and have the receiver's certificate"
                + " issued by that CA."
                + CLOCK)
        : new CertificateFlaw(
            "the intermediate certificate %s %s".formatted(subject(one), validity),
            "Its own certificate is good: install the CA's current intermediate certificate at the"
                + " receiver."
                + CLOCK);
  }

  /** The flaw of a path that ends without a root. */
  private static @Nullable CertificateFlaw end(
      List<X509Certificate> path, Collection<X509Certificate> roots) {
    X509Certificate last = path.get(path.size() - 1);
    if (roots.contains(last)) {
      return null;
    }
    String issuer = PlainText.of(last.getIssuerX500Principal().toString());
    if (hasIssued(last, last)) {
      return path.size() == 1
          ? new CertificateFlaw(
              "its certificate, %s, is self-signed".formatted(issuer),
              "Use a certificate of a CA at the receiver, or save this one as PEM and set caBundle"
                  + " to that file.")
          : new CertificateFlaw(
              "its root certificate, %s, is %s".formatted(issuer, UNKNOWN), inspection(issuer));
    }
    boolean isSameNameTrusted =
        Stream.concat(roots.stream(), path.stream().filter(one -> !one.equals(last)))
            .anyMatch(one -> one.getSubjectX500Principal().equals(last.getIssuerX500Principal()));
    if (isSameNameTrusted) {
      return new CertificateFlaw(
          "the issuer, %s, is trusted only with another key (was it renewed?)".formatted(issuer),
          "Put the issuer's current certificate into caBundle, beside the old one.");
    }
    return path.size() == 1
        ? new CertificateFlaw(
            "it sends only its own certificate, and the issuer, %s, is %s"
                .formatted(issuer, UNKNOWN),
            "If the issuer is an intermediate CA, the intermediate certificate is missing: have the"
                + " receiver send its whole chain. "
                + inspection(issuer))
        : new CertificateFlaw(
            "its chain ends at %s, and its issuer, %s, is %s"
                .formatted(subject(last), issuer, UNKNOWN),
            inspection(issuer)
                + " If the issuer is an intermediate CA itself, have the receiver send the whole"
                + " chain.");
  }

  /**
   * The path from the server's own certificate upwards, to the one that is trusted if there is one;
   * servers send them in any order. Of several certificates of one issuer, a good one is taken.
   */
  static List<X509Certificate> path(
      List<X509Certificate> shown, Collection<X509Certificate> roots, Instant now) {
    List<X509Certificate> path = new ArrayList<>(List.of(shown.get(0)));
    while (path.size() <= shown.size()) {
      X509Certificate last = path.get(path.size() - 1);
      Optional<X509Certificate> issuer =
          roots.contains(last)
              ? Optional.empty()
              : Stream.concat(roots.stream(), shown.stream())
                  .filter(one -> !path.contains(one) && hasIssued(one, last))
                  .min(Comparator.comparing(one -> isDoubtful(one, roots, now)));
      if (issuer.isEmpty()) {
        return path;
      }
      path.add(issuer.get());
    }
    return path;
  }

  /** CAs issue a certificate for one key again, with other dates or a better signature. */
  private static boolean isDoubtful(
      X509Certificate one, Collection<X509Certificate> roots, Instant now) {
    return validity(one, now) != null || (!roots.contains(one) && WeakChain.isForgeable(one));
  }

  private static boolean hasIssued(X509Certificate issuer, X509Certificate one) {
    if (!issuer.getSubjectX500Principal().equals(one.getIssuerX500Principal())) {
      return false;
    }
    try {
      one.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Whether its extended key usage lets it be for TLS servers. */
  static boolean mayServe(X509Certificate one) {
    try {
      List<String> uses = one.getExtendedKeyUsage();
      return uses == null || uses.contains(SERVER_AUTHENTICATION) || uses.contains(ANY_USE);
    } catch (CertificateParsingException e) {
      return true; // another check reports it
    }
  }

  private static List<String> names(X509Certificate own) {
    try {
      Collection<List<?>> names = own.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(
                  name ->
                      Integer.valueOf(DNS_NAME).equals(name.get(0))
                          || Integer.valueOf(IP_ADDRESS).equals(name.get(0)))
              .map(name -> String.valueOf(name.get(1)))
              .limit(NAMES_SHOWN)
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }
}
