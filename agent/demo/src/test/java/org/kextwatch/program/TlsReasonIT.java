package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.ThrowawayCertificate;
import org.kextwatch.simulator.MacModel;

/** Why a receiver is not trusted is told wherever an operator looks. */
class TlsReasonIT {
  private static final String REASON = "TLS fails: its certificate, CN=localhost, is self-signed";

  @TempDir Path folder;

  @Test
  void theReasonIsInEveryPlace() throws Exception {
    try (Rig rig = Rig.overTls(folder, MacModel.MOJAVE)) {
      String bundle = "/Library/Application Support/Kextwatch/other-ca.pem";
      rig.mac.write(bundle, ThrowawayCertificate.make().pem());
      rig.settings(Map.of("caBundle", bundle));
      try (AgentProcess agent = rig.start()) {
        Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
        Patience.until(() -> Files.exists(status) && Files.readString(status).contains(REASON));
        for (String command :
            List.of("status", "status --field agent.lastDeliveryError", "doctor", "webhook test")) {
          String told = rig.kextwatch((Object[]) command.split(" ")).out();
          assertTrue(told.contains(REASON), () -> command + ": " + told);
        }
        rig.stop(agent);
      }
      String log = Files.readString(rig.mac.path("/Library/Logs/Kextwatch/agent.log"));
      assertTrue(log.contains(REASON), log);
      assertEquals(0, rig.received("status.changed"));
    }
  }
}
