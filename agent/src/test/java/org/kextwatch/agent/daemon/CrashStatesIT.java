package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/** As {@link CrashStatesTest}, with longer histories, the first start, and a second power cut. */
@Tag("soak")
class CrashStatesIT extends CrashStatesTest {
  private static final Map<String, Integer> FIGURES = new TreeMap<>();

  @AfterAll
  static void report() throws IOException {
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    List<String> lines =
        FIGURES.entrySet().stream().map(f -> f.getKey() + "\t" + f.getValue()).toList();
    Files.write(figures.resolve("crash-states.txt"), lines);
  }

  @Test
  @Override
  void noPowerCutBreaksAPromise() throws IOException {
    holds("after one power cut, in histories of three steps", 3, 2, 1, 1_000);
  }

  @Test
  void notEvenAtTheFirstStart() throws IOException {
    holds("after one power cut, in the first start and two steps", 2, 0, 1, 100);
  }

  @Test
  void norASecondOneWhileTheNextAgentStarts() throws IOException {
    holds("after one or two power cuts, in one step and the start after it", 1, 2, 2, 500);
  }

  private void holds(String what, int steps, int before, int cuts, int least) throws IOException {
    assertEquals(List.of(), breaches(steps, before, cuts));
    FIGURES.put(what, states());
    assertTrue(states() > least, "states: " + states());
  }
}
