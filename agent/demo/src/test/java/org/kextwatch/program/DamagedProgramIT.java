package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** A program of which a file is cut short, or a class is not what it was: never "at risk". */
class DamagedProgramIT {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "picocli, check --verbose",
    "moshi, check --json",
    "okio, run",
    "tinylog-api, run",
    "org/kextwatch/agent/cli/Program.class, status",
    "org/kextwatch/agent/daemon/Version.class, check",
    "org/kextwatch/agent/status/Judge.class, check --json"
  })
  void endsWith70AndSaysSoInOneLine(String damaged, String command) throws Exception {
    try (Rig rig = Rig.in(folder.resolve("rig"))) {
      Ended ended = run(damaged, "--root " + rig.mac.root() + " " + command);

      assertEquals("", ended.out());
      assertEquals(70, ended.exit(), ended.err());
      List<String> lines = ended.err().lines().toList();
      assertTrue(lines.get(0).startsWith("kextwatch: java.lang."), ended.err());
      assertTrue(lines.get(0).endsWith("install it again)"), ended.err());
      assertEquals(command.contains("--verbose"), lines.size() > 1, ended.err());
    }
  }

  /** Of this Java sees nothing, so the launcher looks. */
  @Test
  void aCutProgramIsNotAtRiskEither() throws Exception {
    Path program = folder.resolve("dist/bin/kextwatch");
    Files.createDirectories(program.getParent());
    Files.copy(Rig.PROGRAM, program);
    Files.createDirectory(folder.resolve("dist/lib"));
    Path cut = Path.of(withCutJar("kextwatch-agent")).getParent();
    try (Stream<Path> jars = Files.list(cut)) {
      for (Path jar : jars.toList()) {
        Files.move(jar, folder.resolve("dist/lib").resolve(jar.getFileName()));
      }
    }

    Ended ended =
        Script.run(
            folder,
            Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", "/usr/bin:/bin"),
            program.toString(),
            "check",
            "--json");

    assertEquals("", ended.out());
    assertEquals(70, ended.exit(), ended.err());
    assertEquals(1, ended.err().lines().count(), ended.err());
  }

  private Ended run(String damaged, String arguments) throws Exception {
    String classPath = damaged.endsWith(".class") ? withBadClass(damaged) : withCutJar(damaged);
    return Script.run(
        folder,
        Map.of(),
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        Stream.concat(
                Stream.of("-cp", classPath, "org.kextwatch.agent.cli.Main"),
                Arrays.stream(arguments.split(" ")))
            .toArray());
  }

  private String withBadClass(String name) throws Exception {
    Path file = folder.resolve("broken").resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {'n', 'o'});
    return folder.resolve("broken") + ":" + jars() + "/*";
  }

  private String withCutJar(String name) throws Exception {
    Path lib = Files.createDirectory(folder.resolve("lib"));
    try (Stream<Path> all = Files.list(jars())) {
      for (Path jar : all.toList()) {
        byte[] content = Files.readAllBytes(jar);
        boolean cut = jar.getFileName().toString().startsWith(name);
        Path copy = lib.resolve(jar.getFileName());
        Files.write(copy, cut ? Arrays.copyOf(content, content.length / 2) : content);
      }
    }
    return lib + "/*";
  }

  private static Path jars() {
    return Rig.PROGRAM.resolveSibling("../lib").normalize();
  }
}
