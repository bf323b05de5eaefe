package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;

/** What a workflow may not do, read line by line. That they are right is in WorkflowsIT. */
class WorkflowsTest {
  private static final Pattern PINNED =
      Pattern.compile(" *(- )?uses: actions/[a-z-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

  static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(Script.REPOSITORY.resolve(".github/workflows"))) {
      return files.sorted().toList();
    }
  }

  /** A tag can be moved to other code, a commit cannot. */
  @ParameterizedTest
  @MethodSource("workflows")
  void everyActionIsPinnedByItsCommit(Path workflow) throws IOException {
    for (String line : Files.readAllLines(workflow)) {
      assertTrue(!line.contains("uses:") || PINNED.matcher(line).matches(), line);
    }
  }

  @ParameterizedTest
  @MethodSource("workflows")
  void everyJobHasItsOwnRightsAnEndAndANamedMachine(Path workflow) throws IOException {
    String text = Files.readString(workflow);
    assertTrue(text.contains("\npermissions: {}\n"), "no rights but those of a job");
    assertTrue(text.contains("\nconcurrency:\n"));
    int jobs = count(text, "(?m)^ {4}runs-on: .+$");
    assertTrue(jobs > 0);
    assertEquals(jobs, count(text, "(?m)^ {4}timeout-minutes: \\d+$"));
    assertEquals(jobs, count(text, "(?m)^ {4}permissions:$"));
    assertEquals(0, count(text, "-latest"));
    assertEquals(
        count(text, "actions/checkout@"), count(text, "(?m)^ {10}persist-credentials: false$"));
  }

  /** What others may write, such as the name of a branch, must not become part of a command. */
  @ParameterizedTest
  @MethodSource("workflows")
  void aCommandIsAScriptOfTheRepositoryAndHasNoExpression(Path workflow) throws IOException {
    for (String line : Files.readAllLines(workflow)) {
      if (line.strip().matches("(- )?run:.*")) {
        assertTrue(line.contains("run: .ci/") || line.contains("run: sudo --preserve-env="), line);
        assertTrue(!line.contains("${{"), line);
        String script = line.replaceFirst(".* (\\.ci/[a-z-]+).*", "$1");
        assertTrue(Files.isExecutable(Script.REPOSITORY.resolve(script)), script);
      }
    }
  }

  private static int count(String text, String pattern) {
    return (int) Pattern.compile(pattern).matcher(text).results().count();
  }
}
