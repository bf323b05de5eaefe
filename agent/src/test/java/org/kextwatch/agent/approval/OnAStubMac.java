package org.kextwatch.agent.approval;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.StubMac;

/** A test with a Mac that has no files yet. */
abstract class OnAStubMac {
  @TempDir Path temporary;
  StubMac mac;

  @BeforeEach
  final void makeMac() {
    mac = new StubMac(temporary.resolve("mac"));
  }
}
