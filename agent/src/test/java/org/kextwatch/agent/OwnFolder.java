package org.kextwatch.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes the folders of tests; each name says which JVM it belongs to. */
public final class OwnFolder implements TempDirFactory {
  /** What the names of this JVM's folders begin with. */
  public static final String PREFIX = "junit-" + ProcessHandle.current().pid() + "-";

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
      throws IOException {
    return Files.createTempDirectory(PREFIX);
  }
}
