package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of certificates as people save them. */
final class CaBundleTest {
  private static final HeldCertificate FIRST = Pems.root("First");
  private static final HeldCertificate SECOND = Pems.root("Second");
  private static final String ONE = FIRST.certificatePem();
  private static final String TWO = SECOND.certificatePem();

  static Stream<Arguments> good() {
    return Stream.of(
        Arguments.of("as it is", 1, ONE),
        Arguments.of("two", 2, ONE + TWO),
        Arguments.of("a byte order mark", 2, "\u00ef\u00bb\u00bf" + ONE + TWO),
        Arguments.of("indented", 2, (ONE + TWO).indent(4)),
        Arguments.of("with tabs and blanks after", 1, ONE.replace("\n", " \t\n")),
        Arguments.of("line ends of Windows", 2, (ONE + TWO).replace("\n", "\r\n")),
        Arguments.of("on one line", 1, ONE.replace("\n", " ")),
        Arguments.of("text between", 2, "# First\n" + ONE + "\nsubject=CN = x\n\n" + TWO + "end"),
        Arguments.of("another name for it", 1, ONE.replace("CERTIFICATE", "X509 CERTIFICATE")),
        Arguments.of("UTF-16", 1, new String(("\ufeff" + ONE).getBytes(UTF_16LE), ISO_8859_1)));
  }

  @ParameterizedTest
  @MethodSource("good")
  void isTaken(String name, int count, String file) throws Exception {
    assertEquals(
        List.of(FIRST.certificate(), SECOND.certificate()).subList(0, count),
        CaBundle.read("caBundle: /ca.pem", file.getBytes(ISO_8859_1)),
        name);
  }

  @Test
  void aBinaryCertificateIsTaken() throws Exception {
    assertEquals(
        List.of(FIRST.certificate()),
        CaBundle.read("caBundle: /ca.der", FIRST.certificate().getEncoded()));
  }

  static Stream<Arguments> bad() throws IOException, CertificateEncodingException {
    String broken = TWO.replaceFirst("\nM", "\n*");
    String cut = TWO.replaceFirst("(?s)\n.{64}\n-----END", "\n-----END");
    int lines = (int) ONE.lines().count();
    return Stream.of(
        Arguments.of("", "is empty"),
        Arguments.of("hello", "holds no certificate: it must be PEM"),
        Arguments.of("0\u0003\u0002\u0001\u0001", "holds no certificate: it must be PEM"),
        Arguments.of(broken, "number 1 (line 1): it is not base64"),
        Arguments.of(
            ONE + "\n" + broken,
            "number 2 (line %d, after CN=First): it is not".formatted(lines + 2)),
        Arguments.of(
            ONE + TWO.replaceAll("(?s)\n.*\n-----END", "\nMIIB\n-----END"),
            "number 2 (line %d, after CN=First): it is not an X.509".formatted(lines + 1)),
        Arguments.of(
            ONE + cut.replaceFirst("-----END.*", ""), "it has no line -----END CERTIFICATE"),
        Arguments.of(cut.replaceFirst("-----END.*", "") + ONE, "number 1 (line 1): it has no line"),
        Arguments.of(ONE + FIRST.privateKeyPkcs8Pem(), "holds a private key (line " + (lines + 1)),
        Arguments.of(
            "-----BEGIN PKCS7-----\nMIIB\n-----END PKCS7-----\n", "holds PKCS7 (line 1): only PEM"),
        Arguments.of(
            ONE.replace("CERTIFICATE", "CERTIFICATE REQUEST"),
            "holds CERTIFICATE REQUEST (line 1)"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void isRefusedByNumberAndLine(String file, String told) {
    UnusableSettingException refusal =
        assertThrows(
            UnusableSettingException.class,
            () -> CaBundle.read("caBundle: /ca.pem", file.getBytes(ISO_8859_1)));
    assertTrue(refusal.note().startsWith("caBundle: /ca.pem "), refusal.note());
    assertTrue(refusal.note().contains(told), refusal.note());
  }
}
