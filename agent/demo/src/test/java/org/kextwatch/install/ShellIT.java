package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** Every shell script of the project is plain POSIX. */
class ShellIT {
  private static final Path RECORDINGS = Script.AGENT.resolve("src/test/resources/recordings");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", System.getenv("PATH"), "LC_ALL", "C.UTF-8");

  /** The simulated Mac's tools share variables through the file that they source, and are short. */
  private static final String STUB_EXCEPTIONS = " -e SC1091,SC2154,SC2249,SC2250,SC2312";

  static Stream<Path> scripts() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String place : List.of("install.sh", ".ci", "launchd", "agent/src", "agent/docs")) {
      Path start = Script.REPOSITORY.resolve(place);
      if (Files.exists(start)) {
        try (Stream<Path> files = Files.walk(start)) {
          files.filter(ShellIT::isScript).map(Script.REPOSITORY::relativize).forEach(found::add);
        }
      }
    }
    return found.stream();
  }

  private static boolean isStub(Path script) {
    return script.startsWith("agent/src/main/resources");
  }

  private static boolean isScript(Path file) {
    if (!Files.isRegularFile(file) || file.startsWith(RECORDINGS)) {
      return false;
    }
    try (var in = Files.newInputStream(file)) {
      return file.toString().endsWith(".sh")
          || new String(in.readNBytes(2), StandardCharsets.ISO_8859_1).equals("#!");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void theScriptsOfTheProjectAreFound() throws IOException {
    List<String> found = scripts().map(Path::toString).toList();
    assertTrue(
        found.containsAll(List.of("install.sh", ".ci/run", "agent/src/main/sh/kextwatch")),
        found::toString);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void shellcheckFindsNothing(Path script) throws Exception {
    assertSilent("shellcheck -s sh -o all" + (isStub(script) ? STUB_EXCEPTIONS : ""), script);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void checkbashismsFindsNothing(Path script) throws Exception {
    assertSilent("checkbashisms -p", script);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void everyShellCanReadIt(Path script) throws Exception {
    for (String shell : Script.everyShell().toList()) {
      assertSilent(shell + " -n", script);
    }
  }

  @Test
  void aBashismIsFound(@TempDir Path folder) throws Exception {
    Path script = Script.write(folder.resolve("bad"), "[[ -n $1 ]] && echo -e \"$1\"");
    assertEquals(1, Script.run(folder, ENVIRONMENT, "shellcheck -s sh -o all", script).exit());
    assertEquals(1, Script.run(folder, ENVIRONMENT, "checkbashisms -p", script).exit());
  }

  private static void assertSilent(String checker, Path script) throws Exception {
    Ended checked = Script.run(Script.REPOSITORY, ENVIRONMENT, checker, script);
    assertEquals(new Ended(0, "", ""), checked, checker + " " + script);
  }
}
