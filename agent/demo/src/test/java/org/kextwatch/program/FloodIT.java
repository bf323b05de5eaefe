package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.webhook.FloodServer;
import org.kextwatch.agent.webhook.FloodServer.Flood;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.ThrowawayCertificate;

/**
 * An endpoint sends more than a client reads. The real daemon, with its shipped limits, runs on.
 */
class FloodIT {
  @TempDir private Path folder;

  /** All kinds are in HttpFloodIT; these two are held longest by a client. */
  @ParameterizedTest
  @EnumSource(names = {"DATA", "PING"})
  void unreadDataDoesNotEndTheDaemon(Flood kind) throws Exception {
    ThrowawayCertificate certificate = ThrowawayCertificate.make();
    try (FloodServer flood = new FloodServer(certificate.tls(), kind, false);
        Rig rig = Rig.in(folder)) {
      rig.mac.write(Rig.CA_BUNDLE, certificate.pem());
      Map<String, Object> settings = new HashMap<>();
      settings.put("caBundle", Rig.CA_BUNDLE);
      settings.put("endpoint", flood.address());
      rig.settings(settings);
      try (AgentProcess agent = rig.start()) {
        Patience.until(() -> flood.ended() > 0 || !agent.isAlive());
        assertTrue(agent.isAlive(), "after " + flood.most() + " bytes: " + rig.printed());

        settings.remove("endpoint");
        rig.settings(settings);
        rig.inbound.await("agent.started", "");
        rig.stop(agent);
      }
      assertEquals("", rig.printed());
    }
  }
}
