package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.PlistCache;

/**
 * The kext on disk.
 *
 * @param exists {@code null} if not known
 * @param version {@code null} if there is none that can be read
 */
record KextBundle(@Nullable Boolean exists, @Nullable String version) {
  private static final int MAX_VERSION_LENGTH = 64;

  static KextBundle of(PlistCache plists, WatchedExtension watched) {
    Path bundle = plists.root().resolve(watched.path());
    if (Files.isDirectory(bundle)) {
      return new KextBundle(true, version(plists, watched.path() + "/Contents/Info.plist"));
    }
    boolean isKnown = Files.exists(bundle) || Files.notExists(bundle); // a plain file is no kext
    return new KextBundle(isKnown ? false : null, null);
  }

  private static @Nullable String version(PlistCache plists, String macPath) {
    try {
      Plist info = plists.read(macPath);
      return info.string("CFBundleShortVersionString")
          .flatMap(KextBundle::plain)
          .or(() -> info.string("CFBundleVersion").flatMap(KextBundle::plain))
          .orElse(null);
    } catch (IOException e) {
      return null;
    }
  }

  private static Optional<String> plain(String version) {
    String text = version.strip();
    boolean plain =
        !text.isEmpty()
            && text.length() <= MAX_VERSION_LENGTH
            && text.chars().noneMatch(Character::isISOControl);
    return plain ? Optional.of(text) : Optional.empty();
  }
}
