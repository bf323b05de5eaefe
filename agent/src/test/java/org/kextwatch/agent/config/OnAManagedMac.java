package org.kextwatch.agent.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
  void layOut() throws IOException {
    managed = mac.resolve("Library/Managed Preferences/org.kextwatch.agent.plist");
    local = mac.resolve("Library/Application Support/Kextwatch/config.json");
    for (Path folder : List.of(managed.getParent(), local.getParent())) {
      Files.createDirectories(folder);
      StubMac.allow(folder, "rwxr-xr-x");
    }
  }

  final ResolvedSettings read() throws RefusedPathException {
    return new SettingsReader(SystemRoot.at(mac)).read();
  }

  static ResolvedSettings.Shown shown(ResolvedSettings reading, String name) {
    return reading.shown().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  static String plist(String content) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\""
        + " \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
        + "<plist version=\"1.0\"><dict>"
        + content
        + "</dict></plist>";
  }
}
