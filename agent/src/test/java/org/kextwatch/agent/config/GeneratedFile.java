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

  /** Writes the file with {@code -Dkextwatch.write=true}; before any test that reads it. */
  static void writeIfAsked(String file, String content) throws IOException {
    if (Boolean.getBoolean("kextwatch.write")) {
      Path path = Script.REPOSITORY.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, content);
    }
  }

  static void assertIs(String file, String content) throws IOException {
    assertEquals(content, Files.readString(Script.REPOSITORY.resolve(file)), REGENERATE);
  }
}
