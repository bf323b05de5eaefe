package org.kextwatch.agent.webhook;

import java.io.ByteArrayInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kextwatch.agent.mac.PlainText;

/**
 * Reads PEM certificates as people save them: with a byte order mark, indented, with text between
 * them. An error names the certificate by number and line.
 */
final class CaBundle {
  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,64})-----");
  private static final Pattern CERTIFICATE = Pattern.compile("(X509 )?CERTIFICATE");
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private final String name;
  private final String text;
  private final List<X509Certificate> certificates = new ArrayList<>();
  private int line = 1;
  private int counted;

  private CaBundle(String name, String text) {
    this.name = name;
    this.text = text;
  }

  /**
   * All certificates, at least one.
   *
   * @param name of the setting and the file, for people
   * @throws UnusableSettingException if there is none, one cannot be read, or the file holds
   *     something else too
   */
  static List<X509Certificate> read(String name, byte[] bytes) throws UnusableSettingException {
    CaBundle bundle = new CaBundle(name, text(bytes));
    bundle.readAll();
    if (bundle.certificates.isEmpty()) {
      bundle.certificates.addAll(bundle.binary(bytes));
    }
    return List.copyOf(bundle.certificates);
  }

  /** PowerShell and some editors write UTF-16, which begins with its byte order mark. */
  private static String text(byte[] bytes) {
    boolean isWide = bytes.length > 1 && (bytes[0] & bytes[1] & 0xfe) == 0xfe;
    Charset charset = isWide ? StandardCharsets.UTF_16 : StandardCharsets.ISO_8859_1;
    return new String(bytes, charset);
  }

  private void readAll() throws UnusableSettingException {
    Matcher begin = BEGIN.matcher(text);
    int at = 0;
    while (begin.find(at)) {
      String type = begin.group(1);
      int beginLine = line(begin.start());
      if (type.endsWith("PRIVATE KEY")) {
        throw new UnusableSettingException(
            "%s holds a private key (line %d): remove it, the bundle is for certificates only"
                .formatted(name, beginLine));
      }
      if (!CERTIFICATE.matcher(type).matches()) {
        throw new UnusableSettingException(
            "%s holds %s (line %d): only PEM blocks BEGIN CERTIFICATE are read"
                .formatted(name, type, beginLine));
      }
      String end = "-----END " + type + "-----";
      int stop = text.indexOf(end, begin.end());
      Matcher next = BEGIN.matcher(text);
      if (stop < 0 || (next.find(begin.end()) && next.start() < stop)) {
        throw bad(beginLine, "it has no line " + end);
      }
      certificates.add(certificate(text.substring(begin.end(), stop), beginLine));
      at = stop + end.length();
    }
  }

  private X509Certificate certificate(String base64, int beginLine)
      throws UnusableSettingException {
    byte[] der;
    try {
      der = Base64.getDecoder().decode(BLANKS.matcher(base64).replaceAll(""));
    } catch (IllegalArgumentException e) {
      throw bad(beginLine, "it is not base64");
    }
    try {
      return decode(der);
    } catch (CertificateException e) {
      throw bad(beginLine, "it is not an X.509 certificate, or it is cut off");
    }
  }

  private UnusableSettingException bad(int beginLine, String why) {
    String before =
        certificates.isEmpty()
            ? ""
            : ", after "
                + PlainText.of(
                    certificates.get(certificates.size() - 1).getSubjectX500Principal().toString());
    return new UnusableSettingException(
        "%s holds a certificate that cannot be read, number %d (line %d%s): %s"
            .formatted(name, certificates.size() + 1, beginLine, before, why));
  }

  /** A file without PEM may be one certificate in DER. */
  private List<X509Certificate> binary(byte[] bytes) throws UnusableSettingException {
    try {
      if (bytes.length > 0 && bytes[0] == 0x30) {
        return List.of(decode(bytes));
      }
    } catch (CertificateException e) {
      // reported below
    }
    String found = bytes.length == 0 ? "is empty" : "holds no certificate";
    throw new UnusableSettingException(
        "%s %s: it must be PEM, which begins with -----BEGIN CERTIFICATE-----"
            .formatted(name, found));
  }

  private static X509Certificate decode(byte[] der) throws CertificateException {
    if (CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der))
        instanceof X509Certificate x509) {
      return x509;
    }
    throw new CertificateException("not X.509");
  }

  /** The line of an offset that is no lower than the one before: each is counted once. */
  private int line(int offset) {
    for (; counted < offset; counted++) {
      line += text.charAt(counted) == '\n' ? 1 : 0;
    }
    return line;
  }
}
