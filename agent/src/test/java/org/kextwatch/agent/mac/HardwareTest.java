package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.simulator.SimulatedMac;

class HardwareTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void knowsWhichMacItIs() throws Exception {
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac"));
    ToolRunner tools = new ToolRunner(SystemRoot.at(mac.root()));

    Hardware first = Hardware.of(tools, TIMEOUT);
    mac.restart();
    Hardware second = Hardware.of(tools, TIMEOUT);

    assertEquals("C02XK0AAJG5H", first.serialNumber());
    assertEquals("MacBookPro15,1", first.model());
    assertTrue(String.valueOf(first.uuid()).matches("[0-9A-F-]{36}"));
    assertEquals(first.uuid(), second.uuid());
    assertTrue(String.valueOf(first.bootId()).matches("[0-9A-F-]{36}"));
    assertFalse(String.valueOf(first.bootId()).equals(second.bootId()));
  }

  @Test
  void whatAToolDoesNotTellIsNotKnown() throws Exception {
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac"));
    mac.fault("ioreg", 1, "\"IOPlatformSerialNumber\" = \"wrong\"", "", 0);
    mac.fault("scutil", 0, "two\nlines", "", 0);

    Hardware hardware = Hardware.of(new ToolRunner(SystemRoot.at(mac.root())), TIMEOUT);

    assertNull(hardware.serialNumber());
    assertNull(hardware.uuid());
    assertNull(hardware.model());
    assertNull(hardware.computerName());
  }

  @Test
  void readsTextAndDataProperties() {
    String registry =
        """
          "IOPlatformSerialNumber" = "C02XK0AAJG5H"
          "model" = <"MacBookPro15,1">
          "board-id" = <"Mac-1">
        """;
    assertEquals("C02XK0AAJG5H", Hardware.property(registry, "IOPlatformSerialNumber"));
    assertEquals("MacBookPro15,1", Hardware.property(registry, "model"));
    assertNull(Hardware.property(registry, "IOPlatformUUID"));
  }

  @Test
  void somebodyIsAtTheConsoleIfItIsTheirs() throws Exception {
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac"));
    SystemRoot root = SystemRoot.at(mac.root());
    assertTrue(Console.hasUser(root));
    mac.logOut();
    assertFalse(Console.hasUser(root));
  }
}
