package org.kextwatch.agent.config;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemRoot;

/** A test on a Mac of which a profile and a file of its own may say how it is watched. */
abstract class OnAManagedMac {
  @TempDir Path mac;

  Path managed;
  Path local;

  @BeforeEach
  void layOut() {
    StubMac bare = new StubMac(mac);
    managed = bare.place("/Library/Managed Preferences/org.kextwatch.agent.plist");
    local = bare.place("/Library/Application Support/Kextwatch/config.json");
  }

  final ResolvedSettings read() throws RefusedPathException {
    return new SettingsReader(SystemRoot.at(mac)).read();
  }

  static ResolvedSettings.Shown shown(ResolvedSettings resolved, String name) {
    return resolved.shown().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  static String plist(String content) {
    return StubMac.plist(content);
  }
}
