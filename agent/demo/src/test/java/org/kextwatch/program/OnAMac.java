package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a rig, laid out before it and tidied away after it. */
public abstract class OnAMac {
  @TempDir protected Path folder;

  protected Rig rig;

  @BeforeEach
  void layOut() throws IOException {
    rig = Rig.in(folder);
  }

  @AfterEach
  void tidy() {
    rig.close();
  }
}
