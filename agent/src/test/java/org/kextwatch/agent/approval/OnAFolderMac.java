package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a folder that is a Mac, empty at first. */
abstract class OnAFolderMac {
  @TempDir Path temporary;
  FolderMac mac;

  @BeforeEach
  final void makeMac() throws IOException {
    mac = new FolderMac(temporary.resolve("mac"));
  }
}
