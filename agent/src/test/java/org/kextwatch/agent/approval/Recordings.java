package org.kextwatch.agent.approval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Outputs of real tools, byte for byte; {@code manifest.tsv} beside them says where from. */
public final class Recordings {
  private Recordings() {}

  public static String kext(String name) {
    return text("kext/" + name);
  }

  /**
   * Any recording.
   *
   * @param path its folder and name, such as {@code mdatp/067-sysext-list-catalina-single.txt}
   */
  public static String text(String path) {
    try (InputStream in = Recordings.class.getResourceAsStream("/recordings/" + path)) {
      if (in == null) {
        throw new IllegalArgumentException("no recording " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file names of the manifest. */
  public static List<String> manifest() {
    return kext("manifest.tsv").lines().skip(1).map(line -> line.split("\t", 2)[0]).toList();
  }
}
