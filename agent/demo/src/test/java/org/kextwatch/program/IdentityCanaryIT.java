package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.install.StrictTools;

/** What says which Mac and whose Mac it is: nowhere but where the setting lets it. */
class IdentityCanaryIT extends OnAMac {
  private static final UUID HARDWARE = UUID.fromString("7d3f0e52-91ab-4c68-b0d4-5e2a8c6f1b39");
  private static final String USER = "annak7x2qv";

  private static final List<String> COMMANDS =
      List.of("status", "status --json", "doctor", "webhook test", "config show", "check");

  private static final Canaries NAME = new Canaries().with("computer name", "Anna's");
  private static final Canaries NUMBERS =
      new Canaries()
          .with("serial number", "C02XK0AAJG5H")
          .with("UUID", HARDWARE.toString())
          .with("UUID in capitals", HARDWARE.toString().toUpperCase(Locale.ROOT))
          .with("digits of the UUID", HARDWARE.toString().replace("-", ""));

  /** What only {@code includeDefenderIds} lets out, which is off. */
  private static final Canaries NOBODYS = new Canaries().with("user", USER);

  @ParameterizedTest
  @EnumSource
  void isNowhereButWhereItBelongs(DeviceIdentity identity) throws Exception {
    Path processes = folder.resolve("processes");
    Files.writeString(
        rig.mac.path("/sim/stub.sh"),
        "\n" + StrictTools.noting(processes),
        StandardOpenOption.APPEND);
    rig.mac.moveTo(HARDWARE);
    rig.settings(
        Map.of("deviceIdentity", identity.name().toLowerCase(Locale.ROOT), "logLevel", "trace"));
    rig.mac.fault("kextutil", 71, "", "/Users/" + USER + "/x: cannot be loaded\n", 0);
    try (AgentProcess agent = rig.start()) {
      rig.inbound.await("status.changed", "awaiting_approval");
      rig.inbound.await("extension.load_attempted", "");
      rig.inbound.await("status.heartbeat", "");
      rig.stop(agent);
    }
    StringBuilder told = new StringBuilder(rig.printed());
    for (String command : COMMANDS) {
      Script.Ended ended = rig.kextwatch((Object[]) command.split(" "));
      told.append(ended.out()).append(ended.err());
    }
    assertEquals(0, rig.kextwatch("support", folder.resolve("support.zip")).exit());

    for (String type :
        Set.of(
            "agent.started",
            "status.changed",
            "status.heartbeat",
            "extension.load_attempted",
            "agent.stopping")) {
      rig.inbound.ofType(type).forEach(event -> told.append(event.body()).append('\n'));
    }
    Set<Path> closed =
        Set.of(
            rig.mac.path("/private/var/db/kextwatch/state.json"),
            rig.mac.path("/private/var/db/kextwatch/settings.json"));
    for (Path file : closed) {
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
    Path status = rig.mac.path("/Library/Application Support/Kextwatch/status.json");
    Set<Path> notOurs = Set.of(rig.mac.path("/sim"), rig.mac.path("/usr"));
    assertEquals(List.of(), NOBODYS.in(told.toString()));
    assertEquals(List.of(), NOBODYS.below(folder, notOurs));

    Set<Path> mayTell = new HashSet<>(notOurs); // where the Mac may be named
    mayTell.addAll(closed);
    if (identity != DeviceIdentity.MINIMAL) {
      mayTell.addAll(Set.of(status, folder.resolve("support.zip")));
    }
    assertEquals(List.of(), NUMBERS.below(folder, mayTell));
    assertEquals(identity == DeviceIdentity.MINIMAL, NUMBERS.in(told.toString()).isEmpty());
    if (identity != DeviceIdentity.FULL) {
      mayTell = new HashSet<>(notOurs);
      mayTell.addAll(closed);
    }
    assertEquals(List.of(), NAME.below(folder, mayTell));
    assertEquals(identity != DeviceIdentity.FULL, NAME.in(told.toString()).isEmpty());
  }
}
