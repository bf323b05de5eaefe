package org.kextwatch.agent.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.kextwatch.agent.mac.Plist;

/**
 * The content of a settings file as plain values: a JSON object, or a property list, XML or binary.
 *
 * @param top text, numbers, booleans, lists and maps by key
 * @param lines where each key stands, {@code group.key} within a group; empty for a property list
 */
record SettingsText(Map<String, Object> top, Map<String, Integer> lines, boolean isPropertyList) {
  private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** The object identifiers of signed and of encrypted data (RFC 5652), as DER has them. */
  private static final byte[] CMS = {0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7};

  private static final int CMS_BEGINNING = 32;
  private static final int DER_SEQUENCE = 0x30;

  /**
   * Understands the bytes of a file.
   *
   * @param file what to call it in an error
   * @param isManaged whether it can only be a property list
   * @throws BadText if it is none of these; the message names the file and what was found
   */
  static SettingsText of(String file, byte[] bytes, boolean isManaged) throws BadText {
    byte[] content = withoutMark(bytes);
    if (isSigned(content)) {
      throw new BadText(
          ("%s: it is a signed or encrypted profile (CMS), which is judged only unsigned. Run:"
                  + " security cms -D -i '%s' -o '%s.plist' and give that file.")
              .formatted(file, file, file));
    }
    if (isWide(content)) {
      throw new BadText(file + ": it is UTF-16 text; save it as UTF-8.");
    }
    if (isManaged || begins(content, "<") || begins(content, "bplist")) {
      return new SettingsText(propertyList(file, content, isManaged), Map.of(), true);
    }
    SettingsJson json = new SettingsJson(file, content);
    return new SettingsText(json.read(), json.lines(), false);
  }

  private static Map<String, Object> propertyList(String file, byte[] content, boolean isManaged)
      throws BadText {
    try {
      return Plist.parse(content, file).values();
    } catch (IOException e) { // the parser's own words may quote a secret
      String found =
          begins(content, "bplist")
              ? " It is a binary one."
              : isManaged && begins(content, "{") ? " It looks like JSON." : "";
      throw new BadText(
          "%s: it is no valid property list; see: plutil -lint '%s'.%s"
              .formatted(file, file, found));
    }
  }

  private static byte[] withoutMark(byte[] bytes) {
    boolean isMarked = Arrays.equals(BOM, Arrays.copyOf(bytes, Math.min(bytes.length, BOM.length)));
    return isMarked ? Arrays.copyOfRange(bytes, BOM.length, bytes.length) : bytes;
  }

  private static boolean isSigned(byte[] content) {
    String beginning = beginning(content);
    return beginning.startsWith("-----BEGIN ")
        || (content.length > 0
            && content[0] == DER_SEQUENCE
            && beginning.contains(new String(CMS, StandardCharsets.ISO_8859_1)));
  }

  private static boolean isWide(byte[] content) {
    String beginning = beginning(content);
    return beginning.startsWith("\u00fe\u00ff")
        || beginning.startsWith("\u00ff\u00fe")
        || (beginning.indexOf('\0') >= 0 && !beginning.startsWith("bplist"));
  }

  /** White space before an XML declaration is an error that the parser finds. */
  private static boolean begins(byte[] content, String with) {
    return beginning(content).stripLeading().startsWith(with);
  }

  private static String beginning(byte[] content) {
    return new String(
        content, 0, Math.min(content.length, CMS_BEGINNING), StandardCharsets.ISO_8859_1);
  }

  /** A file that is refused as a whole. */
  static final class BadText extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    BadText(String problem) {
      super(problem);
      this.problem = problem;
    }

    /** The message, never null. */
    String problem() {
      return problem;
    }
  }
}
