package org.kextwatch.agent.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What was recorded, as inputs to begin with. */
public final class Seeds {
  private Seeds() {}

  /** The texts of a folder of the resources whose names match. */
  public static List<String> texts(String folder, String names) {
    return files(folder, names).stream()
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .toList();
  }

  /** The files of a folder of the resources whose names match. */
  public static List<byte[]> files(String folder, String names) {
    try {
      Path path = Path.of(Objects.requireNonNull(Seeds.class.getResource(folder)).toURI());
      try (Stream<Path> files = Files.list(path)) {
        return files
            .filter(file -> String.valueOf(file.getFileName()).matches(names))
            .sorted()
            .map(Seeds::read)
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
