package org.kextwatch.agent.health;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What mdatp and its neighbours printed on real machines; {@code manifest.tsv} says where. */
final class Recording {
  private Recording() {}

  static List<Path> all() {
    try (Stream<Path> files = Files.list(folder())) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one whose name begins with a number such as {@code 014}. */
  static Path numbered(String number) {
    return all().stream()
        .filter(file -> file.getFileName().toString().startsWith(number + "-"))
        .findFirst()
        .orElseThrow();
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path folder() {
    try {
      return Path.of(Recording.class.getResource("/recordings/mdatp").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
