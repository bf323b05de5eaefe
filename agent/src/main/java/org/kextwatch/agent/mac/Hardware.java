package org.kextwatch.agent.mac;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which machine this is, as the I/O registry and the system configuration say. {@code null} where
 * they do not.
 *
 * @param bootId changes with every boot (belief:boot-session)
 * @param architecture {@code x86_64} or {@code arm64}
 */
public record Hardware(
    @Nullable String serialNumber,
    @Nullable String uuid,
    @Nullable String model,
    @Nullable String architecture,
    @Nullable String computerName,
    @Nullable String bootId) {

  private static final int LONGEST = 255;

  /** A Mac that has not been asked yet. */
  public static final Hardware UNKNOWN =
      new Hardware(null, null, null, architecture(System.getProperty("os.arch", "")), null, null);

  /** Asks the Mac everything. */
  public static Hardware of(ToolRunner tools, Duration timeout) {
    return UNKNOWN.completed(tools, timeout).renamed(tools, timeout);
  }

  /** The same with the unknown values asked again. Known ones do not change. */
  public Hardware completed(ToolRunner tools, Duration timeout) {
    boolean isRegistered = serialNumber != null && uuid != null && model != null;
    String registry =
        isRegistered
            ? ""
            : stdout(
                tools.run(Tool.IOREG, timeout, List.of("-rd1", "-c", "IOPlatformExpertDevice")));
    String boot =
        bootId != null
            ? bootId
            : line(stdout(tools.run(Tool.SYSCTL, timeout, List.of("-n", "kern.bootsessionuuid"))));
    return new Hardware(
        first(serialNumber, property(registry, "IOPlatformSerialNumber")),
        first(uuid, property(registry, "IOPlatformUUID")),
        first(model, property(registry, "model")),
        architecture,
        computerName,
        boot);
  }

  /** The same with the current name of the Mac, or the known one if the Mac does not answer. */
  public Hardware renamed(ToolRunner tools, Duration timeout) {
    String name = line(stdout(tools.run(Tool.SCUTIL, timeout, List.of("--get", "ComputerName"))));
    return new Hardware(serialNumber, uuid, model, architecture, first(name, computerName), bootId);
  }

  /** The same with unknown values from before, but not the boot: it may be another one now. */
  public Hardware or(@Nullable Hardware before) {
    return before == null
        ? this
        : new Hardware(
            first(serialNumber, before.serialNumber),
            first(uuid, before.uuid),
            first(model, before.model),
            first(architecture, before.architecture),
            first(computerName, before.computerName),
            bootId);
  }

  /** The same without the id of the boot. */
  public Hardware withoutBoot() {
    return new Hardware(serialNumber, uuid, model, architecture, computerName, null);
  }

  private static @Nullable String first(@Nullable String one, @Nullable String other) {
    return one == null ? other : one;
  }

  /**
   * A property of the registry: {@code "name" = "value"}, data as {@code <"value">}
   * (belief:registry-properties).
   */
  static @Nullable String property(String registry, String name) {
    Matcher matcher =
        Pattern.compile("\"" + Pattern.quote(name) + "\"\\s*=\\s*<?\"([^\"]*)\"").matcher(registry);
    return matcher.find() ? line(matcher.group(1)) : null;
  }

  private static @Nullable String architecture(String javaName) {
    return switch (javaName) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm64";
      default -> null;
    };
  }

  private static String stdout(ToolRun run) {
    return run instanceof ToolRun.Finished finished && finished.exitCode() == 0
        ? finished.stdout()
        : "";
  }

  /** What a tool has printed, {@code null} if that is no line of a usual length. */
  static @Nullable String line(String text) {
    String line = text.strip();
    boolean plain = line.codePoints().noneMatch(Character::isISOControl);
    return line.isEmpty() || line.length() > LONGEST || !plain ? null : line;
  }
}
