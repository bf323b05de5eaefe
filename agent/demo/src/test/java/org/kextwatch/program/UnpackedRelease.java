package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The program in {@code target/dist} with its installer, as a release archive has them. */
record UnpackedRelease(Path folder) {
  private static final String CURRENT = "/Library/Application Support/Kextwatch/current";

  static UnpackedRelease in(Path folder) throws IOException {
    copyTree(Script.REPOSITORY.resolve("launchd"), folder.resolve("launchd"));
    copyTree(Script.AGENT.resolve("target/dist"), folder.resolve("dist"));
    Script.copy(Script.REPOSITORY.resolve("install.sh"), folder.resolve("install.sh"));
    return new UnpackedRelease(folder);
  }

  /**
   * Installs it on a Mac without a start.
   *
   * @return the release on that Mac
   */
  Path install(Rig rig, Path java, boolean withArchive) throws Exception {
    List<Object> options = new ArrayList<>(List.of(folder.resolve("install.sh"), "--root"));
    options.addAll(List.of(rig.mac.root(), "--java", java, "--no-start"));
    options.add("--accept-unpatched-java"); // a simulated Mac may have macOS 10.14
    if (!withArchive) {
      options.add("--no-archive");
    }
    Ended ended = Script.run(folder, Map.of("PATH", "/usr/bin:/bin"), "dash", options.toArray());
    assertEquals(0, ended.exit(), ended::toString);
    Path release = rig.mac.path(CURRENT).toRealPath();
    assertEquals(withArchive, Files.exists(release.resolve("classes.jsa")), ended::err);
    return release;
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Script.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
