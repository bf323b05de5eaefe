package org.kextwatch.agent.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The demo as a newcomer runs it. */
class StoryIT {
  @Test
  void theFastStoryIsComplete() throws Exception {
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
    assertTrue(demo.out().contains("The story is complete: 8 events"), demo::out);
  }
}
