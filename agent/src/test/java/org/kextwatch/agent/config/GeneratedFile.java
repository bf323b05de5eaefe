package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.kextwatch.agent.Script;

/** A file of the repository that is made from the list of keys. */
final class GeneratedFile {
  private static final String REGENERATE =
      "run: mvn test -Dtest='SettingsPageTest,JamfSchemaTest,PreferenceManifestTest'"
          + " -Dkextwatch.write=true";

  private GeneratedFile() {}

  /** The file has this content; with {@code -Dkextwatch.write=true} it gets it. */
  static void assertIs(String file, String content) throws IOException {
    Path path = Script.REPOSITORY.resolve(file);
    if (Boolean.getBoolean("kextwatch.write")) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, content);
    }
    assertEquals(content, Files.readString(path), REGENERATE);
  }
}
