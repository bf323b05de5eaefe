package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Device.Mdm;
import org.kextwatch.agent.status.Observation;

final class MacProbeTest {
  private static final Moment NOON = Moment.now();

  private static final String REGISTRY =
      """
        "IOPlatformSerialNumber" = "C02XK0AAJG5H"
        "IOPlatformUUID" = "5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34"
        "model" = <"MacBookPro15,1">
      """;

  @TempDir private Path folder;
  private StubMac mac;
  private MacProbe observer;

  @BeforeEach
  void makeMac() throws Exception {
    mac = new StubMac(folder.resolve("mac"));
    observer = observer(ZoneOffset.UTC);
  }

  @Test
  void theEnrolmentIsAskedForOnceAnHour() throws Exception {
    String note = "echo \"$*\" >>'" + folder.resolve("calls") + "'\n";
    mac.tool(Tool.PROFILES, note + "echo 'MDM enrollment: Yes (User Approved)'");
    assertEquals(new Mdm(true, true), mdm(NOON));
    mac.tool(Tool.PROFILES, note + "echo 'MDM enrollment: No'");
    assertEquals(new Mdm(true, true), mdm(NOON.plus(Duration.ofMinutes(59))));
    assertEquals(new Mdm(false, false), mdm(NOON.plus(Duration.ofHours(1))));
    assertEquals(new Mdm(false, false), mdm(NOON.plus(Duration.ofMinutes(119))));
    assertEquals(2, Files.readAllLines(folder.resolve("calls")).size());
  }

  /** A tool that fails once must not cost a Mac its identity for an hour. */
  @Test
  void whatIsNotKnownIsAskedForAgainAndWhatIsKnownIsNot() throws Exception {
    String calls = "echo >>'" + folder.resolve("calls") + "'\n";
    mac.tool(Tool.IOREG, calls + "exit 1");
    mac.tool(Tool.SCUTIL, "echo Anna");
    assertNull(device(NOON).serialNumber());
    mac.tool(Tool.IOREG, calls + "cat <<'END'\n" + REGISTRY + "\nEND");
    mac.tool(Tool.SCUTIL, "echo Bert");
    Device known = device(NOON.plus(Duration.ofMinutes(1)));
    assertEquals("C02XK0AAJG5H", known.serialNumber());
    assertEquals("5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34", known.hardwareUuid());
    assertEquals("Anna", known.computerName());
    mac.tool(Tool.IOREG, calls + "exit 1");
    Device later = device(NOON.plus(Duration.ofHours(1)));
    assertEquals("C02XK0AAJG5H", later.serialNumber());
    assertEquals("Bert", later.computerName());
    mac.tool(Tool.SCUTIL, "exit 1");
    assertEquals("Bert", device(NOON.plus(Duration.ofHours(2))).computerName());
    assertEquals(2, Files.readAllLines(folder.resolve("calls")).size());
  }

  @Test
  void untilTheMacTellsWhatTheStateKnowsStandsIn() throws Exception {
    mac.tool(Tool.IOREG, "exit 1");
    mac.tool(Tool.SYSCTL, "exit 1");
    Hardware before = new Hardware("C02", "uuid", "MacBookPro15,1", "arm64", "Anna", "old boot");
    State state = State.fresh(null).withHardware(before);
    Device device = look(state, NOON).observation().device();
    assertEquals("C02", device.serialNumber());
    assertEquals("uuid", device.hardwareUuid());
    assertEquals("MacBookPro15,1", device.model());
    assertEquals("Anna", device.computerName());
    assertNull(state.hardware().bootId());
    assertNull(look(state, NOON).history().bootId());
  }

  @Test
  void aMacThatTellsNothingIsUnknownAndNotOdd() {
    MacProbe.Snapshot seen = look(NOON);
    assertEquals(Mdm.UNKNOWN, seen.observation().device().mdm());
    assertEquals(List.of(), seen.warnings());
  }

  @Test
  void whatIsOddAboutTheMacIsSeen() throws Exception {
    mac.macOs("10.14.6");
    mac.kext("/Library/Extensions/wdavkext.kext", "");
    mac.tool(Tool.STAT, "echo -");
    assertEquals(1, look(NOON).warnings().size());
  }

  /** At this moment it is Tuesday in one place and Monday in the other. */
  @ParameterizedTest
  @CsvSource({"Pacific/Kiritimati, 2026-11-24", "Pacific/Pago_Pago, 2026-11-23"})
  void theDayIsThatOfTheMacsZone(String zone, LocalDate today) throws Exception {
    mac.tool(Tool.CODESIGN, "");
    mac.tool(Tool.MDATP, "echo 'product_expiration : Dec 14, 2026 at 01:00:00 AM'");
    observer = observer(ZoneId.of(zone));
    Observation seen = look(new Moment(Instant.parse("2026-11-24T09:30:00Z"), 0)).observation();
    assertEquals(today, seen.today());
    assertEquals(LocalDate.of(2026, 12, 14), seen.health().expiresAt());
    assertEquals(true, seen.health().expiresSoon());
    Observation before = look(new Moment(Instant.parse("2026-11-23T09:30:00Z"), 0)).observation();
    assertEquals(today.equals(LocalDate.of(2026, 11, 24)), before.health().expiresSoon());
  }

  /** Also a link that leads nowhere is a file that is there. */
  @Test
  void whatAnOffboardingHasLeftIsSeen() throws Exception {
    assertFalse(look(NOON).observation().offboardingLeft());
    Path left = mac.place(Observation.OFFBOARDING);
    assertFalse(look(NOON).observation().offboardingLeft());
    Files.createSymbolicLink(left, Path.of("nowhere"));
    assertTrue(look(NOON).observation().offboardingLeft());
    Files.delete(left);
    Files.writeString(left, "");
    assertTrue(look(NOON).observation().offboardingLeft());
  }

  /** Nor is it what texts call the Mac while its serial number is not known. */
  @Test
  void aSerialIdentityDoesNotNameTheComputer() throws Exception {
    mac.tool(Tool.SCUTIL, "echo Anna");
    mac.tool(Tool.IOREG, "cat <<'END'\n" + REGISTRY + "\nEND");
    Settings settings =
        GivenSettings.with(Map.of("deviceIdentity", Settings.DeviceIdentity.SERIAL));
    Device device = look(settings, State.fresh(null), NOON).observation().device();
    assertEquals("C02XK0AAJG5H", device.serialNumber());
    assertEquals("5C1F5E0A-8C6B-5D2E-9E57-2F6B1A7D9C34", device.hardwareUuid());
    assertNull(device.computerName());
    mac.tool(Tool.IOREG, "exit 1");
    observer = observer(ZoneOffset.UTC);
    Device nameless = look(settings, State.fresh(null), NOON).observation().device();
    assertEquals("this Mac", nameless.nickname());
  }

  private MacProbe observer(ZoneId zone) throws Exception {
    return new MacProbe(
        mac.root(), mac.tools(), new ExtensionReader(mac.root(), mac.tools()), zone);
  }

  private Device device(Moment now) {
    return look(now).observation().device();
  }

  private Mdm mdm(Moment now) {
    return look(now).observation().device().mdm();
  }

  private MacProbe.Snapshot look(Moment now) {
    return look(State.fresh(null), now);
  }

  private MacProbe.Snapshot look(State state, Moment now) {
    return look(Settings.defaults(), state, now);
  }

  private MacProbe.Snapshot look(Settings settings, State state, Moment now) {
    return observer.look(Scope.FULL, settings, state, observer.hardware(settings, now), now);
  }
}
