package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** A release archive that is unpacked, from which {@code install.sh --release} makes another. */
abstract class ArchiveOfARelease {
  @TempDir Path temp;
  Path folder;
  Path archive;
  final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/usr/bin:/bin"));

  @BeforeEach
  void findTheFolder() throws IOException {
    folder = temp.toRealPath();
  }

  Path unpack(String name, String version) throws IOException {
    Path unpacked = folder.resolve(name);
    Script.copyInstaller(unpacked);
    Script.write(unpacked.resolve("dist/bin/kextwatch"), "exit 0");
    Files.createDirectories(unpacked.resolve("dist/lib"));
    Files.writeString(unpacked.resolve("dist/lib/kextwatch-agent-" + version + ".jar"), "a jar");
    return unpacked;
  }

  Ended run(String shell, Object... options) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(archive.resolve("install.sh"), "--release"), Stream.of(options))
            .toArray();
    return Script.run(folder, environment, shell, all);
  }

  /** A JDK for Macs of a kind of processor. */
  PlayedJdk mac(String name, String version, int processor) throws IOException {
    byte[] library = PlayedJdk.library(processor, PlayedJdk.BUILD_VERSION, 11, 0, 0);
    return new PlayedJdk(folder.resolve(name), version, library);
  }
}
