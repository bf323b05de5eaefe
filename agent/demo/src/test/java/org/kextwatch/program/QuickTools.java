package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** Tools in C in the place of a simulated Mac's shell scripts, which cost more than a Mac's own. */
final class QuickTools {
  private static final List<String> FOLDERS =
      List.of(
          "bin",
          "usr/bin",
          "usr/sbin",
          "Applications/Microsoft Defender.app/Contents/Resources/Tools");

  private final Path program;

  private QuickTools(Path program) {
    this.program = program;
  }

  static QuickTools compile(Path folder) throws Exception {
    Path program = folder.resolve("tool");
    Path source = Script.AGENT.resolve("demo/src/test/resources/bench/tool.c");
    Ended ended =
        Script.run(folder, Map.of("PATH", "/usr/bin:/bin"), "gcc -O2 -o", program, source);
    assertEquals(0, ended.exit(), ended::err);
    return new QuickTools(program);
  }

  /** Puts them into a Mac. */
  void install(Path mac) throws IOException {
    for (String folder : FOLDERS) {
      try (Stream<Path> tools = Files.list(mac.resolve(folder))) {
        for (Path tool : tools.filter(Files::isRegularFile).toList()) {
          Files.move(tool, tool.resolveSibling(tool.getFileName() + ".sh"));
          Script.copy(program, tool);
        }
      }
    }
  }
}
