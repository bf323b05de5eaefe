package org.kextwatch.agent.approval;

import java.util.Arrays;
import java.util.Optional;
import org.kextwatch.agent.mac.MacVersion;

/** What the tests of the derivation share. */
final class DerivationSamples {
  static final String EPSEXT = "com.microsoft.wdav.epsext";

  private DerivationSamples() {}

  static Optional<MacVersion> version(String text) {
    if (text.equals("-")) {
      return Optional.empty();
    }
    int[] part = Arrays.stream(text.split("\\.")).mapToInt(Integer::parseInt).toArray();
    return Optional.of(new MacVersion(part[0], part.length > 1 ? part[1] : 0, text, ""));
  }
}
