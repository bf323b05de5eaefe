package org.kextwatch.agent.webhook;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.kextwatch.agent.config.RequestHeaders;

/** Parses the file of secretHeadersFile. Pure. */
final class SecretHeaders {
  private SecretHeaders() {}

  /**
   * The headers by name, from lines {@code Name: value}. Blank lines are ignored.
   *
   * @param where setting and file, for messages, which contain no value
   */
  static Map<String, String> parse(String where, byte[] content) throws UnusableSettingException {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    List<String> lines = new String(content, StandardCharsets.UTF_8).lines().toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty()) {
        continue;
      }
      int colon = line.indexOf(':');
      String name = line.substring(0, Math.max(colon, 0));
      String value = line.substring(colon + 1).strip();
      if (value.isEmpty() || !RequestHeaders.areValid(name, value)) {
        throw flaw(where, i, "it must be \"Name: value\" in printable ASCII");
      }
      if (RequestHeaders.isReserved(name)) {
        throw flaw(
            where,
            i,
            "it must be another header than %s, which the agent or HTTP sets (Authorization: use"
                    .formatted(name)
                + " authorizationFile)");
      }
      if (headers.put(name, value) != null) {
        throw flaw(where, i, "the file names this header twice; remove one of the lines");
      }
    }
    if (headers.isEmpty()) {
      throw new UnusableSettingException(where + " must hold lines \"Name: value\", but is empty");
    }
    return headers;
  }

  private static UnusableSettingException flaw(String where, int index, String flaw) {
    return new UnusableSettingException("%s, line %d: %s".formatted(where, index + 1, flaw));
  }
}
