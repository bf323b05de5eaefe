package org.kextwatch.agent.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.kextwatch.agent.mac.Plist;

/**
 * The content of a settings file: a JSON object, or an XML or binary property list.
 *
 * @param top text, numbers, booleans, lists and maps by key
 * @param lines the line of each key, {@code spool.maxEvents} within a dictionary; empty for a
 *     property list
 */
record SettingsText(Map<String, Object> top, Map<String, Integer> lines, boolean isPropertyList) {
  private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /** The object identifiers of signed and of encrypted data (RFC 5652), as DER has them. */
  private static final byte[] CMS = {0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7};

  private static final int CMS_BEGINNING = 32;
  private static final int DER_SEQUENCE = 0x30;

  /**
   * Parses the bytes of a file.
   *
   * @param file what to call it in messages
   * @param isManaged whether it must be a property list
   * @throws BadTextException if it is neither; the message names the file and what was found
   */
  static SettingsText of(String file, byte[] bytes, boolean isManaged) throws BadTextException {
    byte[] content = withoutByteOrderMark(bytes);
    if (isSigned(content)) {
      throw new BadTextException(
          ("%s: it is a signed or encrypted profile (CMS). Remove the signature with: security cms"
                  + " -D -i '%s' -o '%s.plist' and give that file.")
              .formatted(file, file, file));
    }
    if (isUtf16(content)) {
      throw new BadTextException(file + ": it is UTF-16 text; save it as UTF-8.");
    }
    if (isManaged || begins(content, "<") || begins(content, "bplist")) {
      return new SettingsText(propertyList(file, content, isManaged), Map.of(), true);
    }
    SettingsJson json = new SettingsJson(file, content);
    return new SettingsText(json.read(), json.lines(), false);
  }

  private static Map<String, Object> propertyList(String file, byte[] content, boolean isManaged)
      throws BadTextException {
    try {
      return Plist.parse(content, file).values();
    } catch (IOException e) { // the parser's own message may quote a secret
      String found =
          begins(content, "bplist")
              ? " It is a binary property list."
              : isManaged && begins(content, "{") ? " It looks like JSON." : "";
      throw new BadTextException(
          "%s: it is not a valid property list; run: plutil -lint '%s'.%s"
              .formatted(file, file, found));
    }
  }

  private static byte[] withoutByteOrderMark(byte[] bytes) {
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

  private static boolean isUtf16(byte[] content) {
    String beginning = beginning(content);
    return beginning.startsWith("\u00fe\u00ff")
        || beginning.startsWith("\u00ff\u00fe")
        || (beginning.indexOf('\0') >= 0 && !beginning.startsWith("bplist"));
  }

  /** White space before an XML declaration is an error that the parser reports. */
  private static boolean begins(byte[] content, String with) {
    return beginning(content).stripLeading().startsWith(with);
  }

  private static String beginning(byte[] content) {
    return new String(
        content, 0, Math.min(content.length, CMS_BEGINNING), StandardCharsets.ISO_8859_1);
  }

  /** The whole file is refused. */
  static final class BadTextException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String problem;

    BadTextException(String problem) {
      super(problem);
      this.problem = problem;
    }

    /** The message, never null. */
    String problem() {
      return problem;
    }
  }
}
