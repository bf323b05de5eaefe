package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.install.ConcurrentTest;

/** The webhook of the real program. */
class WebhookIT extends OnAMac {

  @ConcurrentTest
  void aTestArrivesAndIsNotKept() throws Exception {
    Ended ended = rig.kextwatch("webhook", "test");
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.err());
    assertTrue(ended.out().endsWith("Events are delivered." + System.lineSeparator()), ended::out);
    assertEquals(1, rig.inbound.ofType("webhook.test").size());
    assertEquals(List.of(), rig.inbound.flaws());
  }

  @ConcurrentTest
  void aTestWithoutAnEndpointIsAMatterOfSettings() throws Exception {
    rig.mac.prepareForAgent(Map.of(), "");
    Ended ended = rig.kextwatch("webhook", "test");
    assertEquals(78, ended.exit(), ended::toString);
    assertTrue(ended.out().contains("Set endpoint"), ended::out);
  }

  @ConcurrentTest
  void aTestOfSettingsThatAreRefusedSaysWhy() throws Exception {
    rig.settings(Map.of("healthIntervalSeconds", "often"));
    Ended ended = rig.kextwatch("webhook", "test", "--json");
    assertEquals(78, ended.exit(), ended::toString);
    assertTrue(ended.out().contains("healthIntervalSeconds"), ended::out);
  }

  @ConcurrentTest
  void theStatusDocumentIsAsItsSchemaSays() throws Exception {
    Ended ended = rig.kextwatch("check", "--json", "--no-act", "--no-report");
    assertEquals(1, ended.exit(), ended::toString);
    assertEquals(List.of(), Schemas.flawsOfStatus(ended.out()));
    Path file = rig.mac.root().resolve("Library/Application Support/Kextwatch/status.json");
    assertEquals(List.of(), Schemas.flawsOfStatus(Files.readString(file)));
  }
}
