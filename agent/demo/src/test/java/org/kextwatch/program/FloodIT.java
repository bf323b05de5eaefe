package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.ThrowawayCertificate;

/**
 * An endpoint sends more than a client reads. The real daemon, with its shipped limits, runs on.
 */
class FloodIT {
  @TempDir private Path folder;

  @Test
  void unreadDataDoesNotEndTheDaemon() throws Exception {
    ThrowawayCertificate certificate = ThrowawayCertificate.make();
    try (FloodServer flood = new FloodServer(certificate.tls());
        Rig rig = Rig.in(folder)) {
      rig.mac.write(Rig.CA_BUNDLE, certificate.pem());
      Map<String, Object> settings = new HashMap<>();
      settings.put("caBundle", Rig.CA_BUNDLE);
      settings.put("endpoint", flood.address());
      rig.settings(settings);
      try (AgentProcess agent = rig.start()) {
        Patience.until(() -> flood.most() > 15 << 20 || !agent.isAlive());
        Thread.sleep(1_000);
        assertTrue(agent.isAlive(), "after " + flood.most() + " bytes: " + rig.printed());
        assertTrue(flood.most() > 15 << 20, flood.most() + " bytes");

        settings.remove("endpoint");
        rig.settings(settings);
        rig.inbound.await("agent.started", "");
        rig.stop(agent);
      }
      assertEquals("", rig.printed());
    }
  }
}
