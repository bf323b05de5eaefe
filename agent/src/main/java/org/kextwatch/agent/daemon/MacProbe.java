package org.kextwatch.agent.daemon;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.DeviceIdentity;
import org.kextwatch.agent.daemon.Schedule.Scope;
import org.kextwatch.agent.health.ExpiryDay;
import org.kextwatch.agent.health.HealthCheck;
import org.kextwatch.agent.mac.Console;
import org.kextwatch.agent.mac.Enrolment;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Observation;

/** Looks at the Mac: Defender's health, its extension, and which Mac it is. */
final class MacProbe implements Cycle.Mac {
  /** A Mac's name and its enrolment hardly ever change. */
  private static final Duration AGE = Duration.ofHours(1);

  private final SystemRoot root;
  private final PlistCache plists;
  private final ToolRunner tools;
  private final HealthCheck healthCheck;
  private final ExtensionReader extensionReader;
  private final ZoneId zone;

  private Hardware hardware = Hardware.UNKNOWN;
  private @Nullable Moment namedUntil;
  private @Nullable Surroundings surroundings;
  private @Nullable Moment surroundingsUntil;
  private @Nullable Health lastHealth;
  private Optional<MacVersion> macOs = Optional.empty();

  /**
   * A probe that has not looked yet.
   *
   * @param zone of this Mac, by which its days are counted
   */
  MacProbe(SystemRoot root, ToolRunner tools, ExtensionReader extensionReader, ZoneId zone) {
    this.root = root;
    this.plists = new PlistCache(root);
    this.tools = tools;
    this.healthCheck = new HealthCheck(root, tools);
    this.extensionReader = extensionReader;
    this.zone = zone;
  }

  @Override
  public boolean isBigSurOrLater() {
    return macOs.map(MacVersion::isBigSurOrLater).orElse(false);
  }

  @Override
  public boolean hasConsoleUser() {
    return Console.hasUser(root);
  }

  @Override
  public boolean isStopping() {
    return tools.isStopped();
  }

  /**
   * One look.
   *
   * @param look at how much; health that was not looked at is as it was
   * @param machine which machine it is; the state knows what that does not tell
   */
  @Override
  public Snapshot look(Scope look, Settings settings, State state, Hardware machine, Moment now) {
    Health health = lastHealth;
    if (health == null || look == Scope.FULL) {
      health = healthCheck.check(settings);
      lastHealth = health;
      extensionReader.beginFullLook();
    }
    Surroundings around = surroundings(settings, now);
    plists.beginLook(now);
    macOs = MacVersion.of(plists);
    ExtensionReader.ExtensionSnapshot extension =
        extensionReader.read(
            settings,
            macOs,
            state.loads(),
            now,
            machine.bootId(),
            around.mdm().enrolled(),
            health.realTimeProtectionSubsystem());
    LocalDate today = LocalDate.ofInstant(now.wall(), zone);
    Device device =
        device(machine.or(state.hardware()), around.mdm(), macOs, settings, state.pseudonym());
    return new Snapshot(
        new Observation(
            now.wall(),
            today,
            device,
            health.expiring(ExpiryDay.of(health.productExpiration(), zone), today),
            extension.extension(),
            extension.policies(),
            Files.exists(root.resolve(Observation.OFFBOARDING), LinkOption.NOFOLLOW_LINKS)),
        extension.history(),
        around.warnings());
  }

  /** Which machine this is: asked for until it is known, only the name again now and then. */
  @Override
  public Hardware hardware(Settings settings, Moment now) {
    Duration timeout = settings.get(Keys.TOOL_TIMEOUT);
    Hardware known = hardware.completed(tools, timeout);
    if (namedUntil == null || namedUntil.isDue(now)) {
      known = known.renamed(tools, timeout);
      namedUntil = now.plus(AGE);
    }
    hardware = known;
    return known;
  }

  private Surroundings surroundings(Settings settings, Moment now) {
    Surroundings known = surroundings;
    if (known == null || surroundingsUntil == null || surroundingsUntil.isDue(now)) {
      Enrolment mdm = Enrolment.of(tools, settings.get(Keys.TOOL_TIMEOUT));
      known =
          new Surroundings(
              new Device.Mdm(mdm.enrolled(), mdm.userApproved()),
              extensionReader.warnings(settings));
      surroundings = known;
      surroundingsUntil = now.plus(AGE);
    }
    return known;
  }

  private static Device device(
      Hardware machine,
      Device.Mdm mdm,
      Optional<MacVersion> version,
      Settings settings,
      String pseudonym) {
    DeviceIdentity identity = settings.get(Keys.IDENTITY);
    boolean isMinimal = identity == DeviceIdentity.MINIMAL;
    String name = identity == DeviceIdentity.FULL ? machine.computerName() : null;
    return new Device(
        isMinimal ? pseudonym : machine.serialNumber(),
        isMinimal ? pseudonym : machine.uuid(),
        isMinimal ? pseudonym : name,
        machine.model(),
        version.map(MacVersion::text).orElse(null),
        version.map(MacVersion::build).orElse(null),
        machine.architecture(),
        mdm,
        settings.get(Keys.LABELS));
  }

  /** What hardly ever changes, and costs a tool each. */
  private record Surroundings(Device.Mdm mdm, List<String> warnings) {}

  /**
   * What a look has shown.
   *
   * @param history what was tried to load the kext, as it counts after this look
   * @param warnings what is odd about this Mac, for people
   */
  record Snapshot(Observation observation, LoadHistory history, List<String> warnings) {}
}
