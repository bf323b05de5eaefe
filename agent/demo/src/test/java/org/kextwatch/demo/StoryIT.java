package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The demo as a newcomer runs it. */
class StoryIT {
  @Test
  void bothActsAreComplete() throws Exception {
    Map<String, String> environment =
        Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", "/usr/bin:/bin");
    Ended demo =
        Script.run(
            Path.of("/"),
            environment,
            Script.AGENT.resolve("target/dist/bin/kextwatch").toString(),
            "demo",
            "--fast");

    assertEquals(0, demo.exit(), () -> demo.out() + demo.err());
    assertEquals("", demo.err());
    for (String line :
        List.of(
            "#2 status.changed: new, at risk, extension disabled",
            "what to do: System Settings > General > Login Items & Extensions",
            "#3 status.changed: resolved, protected",
            "#4 status.changed: new, at risk, full disk access missing",
            "#5 status.changed: resolved, protected",
            "Act 1 is complete: 6 events",
            "#6 extension.load_attempted: loaded",
            "Act 2 is complete: 8 events",
            "The story is complete: 14 events in 2 acts")) {
      assertTrue(operatorColumn(demo.out()).contains(line), () -> line + " in " + demo.out());
    }
  }

  /** The operator's column as one text without line breaks. */
  private static String operatorColumn(String out) {
    return out.lines()
        .map(line -> line.replaceFirst("^[ 0-9.s]*│[^│]*│[^│]*│", ""))
        .map(String::strip)
        .collect(Collectors.joining(" "));
  }
}
