package org.kextwatch.agent.mac;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of macOS.
 *
 * @param text such as {@code 10.14.6}
 * @param build such as {@code 18G9323}
 */
public record MacVersion(int major, int minor, String text, String build) {
  private static final Pattern VERSION =
      Pattern.compile("(\\d{1,3})(?:\\.(\\d{1,3})(?:\\.\\d{1,3}){0,6})?");

  /** It is in every event. */
  private static final int LONGEST_BUILD = 64;

  /** Reads the version of a Mac; empty if it cannot be read. */
  public static Optional<MacVersion> of(SystemRoot root) {
    return of(new PlistCache(root));
  }

  /** As {@link #of(SystemRoot)}. */
  public static Optional<MacVersion> of(PlistCache plists) {
    try {
      Plist plist = plists.read(SystemPaths.VERSION);
      return plist
          .string("ProductVersion")
          .flatMap(version -> parse(version, plist.string("ProductBuildVersion").orElse("")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  static Optional<MacVersion> parse(String version, String build) {
    Matcher matcher = VERSION.matcher(version.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int minor = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    return Optional.of(
        new MacVersion(
            Integer.parseInt(matcher.group(1)),
            minor,
            version.strip(),
            PlainText.of(build, LONGEST_BUILD)));
  }

  /**
   * Whether Defender uses system extensions here and the kernel takes no kext at run time. 10.16 is
   * what macOS 11 and later show to a program built with an older SDK, in this very file too
   * (osquery issue 6840); the Java runtime is such a program where it was built so (JDK-8253702).
   */
  public boolean isBigSurOrLater() {
    return major >= 11 || (major == 10 && minor >= 16);
  }

  /** Whether there are no system extensions here: they came with macOS 10.15. */
  public boolean isBeforeCatalina() {
    return major < 10 || (major == 10 && minor < 15);
  }
}
