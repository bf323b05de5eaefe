package org.kextwatch.agent.health;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Health;

/** A Mac with a codesign and, if installed, a Defender: mdatp is a link into the app, as it is. */
final class DefenderMac {
  static final String BINARY =
      "/Applications/Microsoft Defender.app/Contents/Resources/Tools/wdavdaemonclient";

  private final StubMac mac;
  private final HealthCheck check;

  DefenderMac(Path folder) {
    mac = new StubMac(folder);
    check = new HealthCheck(mac.root(), mac.tools());
    mac.tool(Tool.CODESIGN, "exit 0");
  }

  /** Installs a Defender, or replaces it. */
  Path install(String... lines) {
    Path binary = mac.script(BINARY, lines);
    if (!Files.isSymbolicLink(mac.path(Tool.MDATP.macPath()))) {
      mac.link(Tool.MDATP.macPath(), "../../.." + BINARY);
    }
    return binary;
  }

  /** A codesign of these lines. */
  Path codesign(String... lines) {
    return mac.tool(Tool.CODESIGN, lines);
  }

  /** Looks with a tool timeout of one second. */
  Health look() {
    return look(Duration.ofSeconds(1));
  }

  Health look(Duration toolTimeout) {
    return check.check(settings(toolTimeout));
  }

  List<String> calls(Tool tool) {
    return tool == Tool.MDATP ? mac.argumentsOf(BINARY) : mac.calls(tool);
  }

  Path path(String macPath) {
    return mac.path(macPath);
  }

  private static Settings settings(Duration toolTimeout) {
    return GivenSettings.with(Map.of("toolTimeoutSeconds", toolTimeout));
  }
}
