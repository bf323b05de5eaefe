package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.simulator.SimulatedMac;

/**
 * A Mac with settings and a secret, for those who put into its folders what should not be there.
 */
abstract class HostileMac {
  static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  static final String STATE = "/private/var/db/kextwatch/";
  static final String SUPPORT = "/Library/Application Support/Kextwatch/";

  @TempDir Path folder;

  SimulatedMac mac;
  SystemRoot root;

  @BeforeEach
  void aMac() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of(), SECRET);
    root = SystemRoot.at(mac.root());
  }

  static void run(String command) throws Exception {
    assertEquals(0, new ProcessBuilder("sh", "-c", command).inheritIO().start().waitFor(), command);
  }

  static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
