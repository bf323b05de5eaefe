package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/** The receivers of docs/fleet and docs/receivers, with nginx, Camel, PostgreSQL and Node. */
@Tag("soak")
final class FleetTest {
  @Test
  void nothingThatWasTakenIsLostAndEveryViewIsRight() throws Exception {
    Script.Ended ended =
        Script.run(Script.AGENT.resolve("docs/fleet"), System.getenv(), "sh ./try", "--macs", 100);
    assertEquals(0, ended.exit(), ended::toString);
    assertTrue(ended.out().contains("All as it should be."), ended::toString);
  }
}
