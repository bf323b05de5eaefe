package org.kextwatch.simulator;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A test with a simulated Mac, and somebody who runs its tools. */
abstract class OnASimulatedMac {
  @TempDir Path temp;
  SimulatedMac mac;
  MacTools tools;

  @BeforeEach
  final void makeMac() throws IOException {
    mac = SimulatedMac.create(temp.resolve("a Mac"));
    tools = new MacTools(mac);
  }
}
