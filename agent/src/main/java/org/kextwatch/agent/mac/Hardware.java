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
 * @param bootId changes with every boot
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

  /** Asks the Mac. */
  public static Hardware of(ToolRunner tools, Duration timeout) {
    String registry =
        stdout(tools.run(Tool.IOREG, timeout, List.of("-rd1", "-c", "IOPlatformExpertDevice")));
    return new Hardware(
        property(registry, "IOPlatformSerialNumber"),
        property(registry, "IOPlatformUUID"),
        property(registry, "model"),
        architecture(System.getProperty("os.arch", "")),
        line(stdout(tools.run(Tool.SCUTIL, timeout, List.of("--get", "ComputerName")))),
        line(stdout(tools.run(Tool.SYSCTL, timeout, List.of("-n", "kern.bootsessionuuid")))));
  }

  /** A property of the registry: {@code "name" = "value"}, data as {@code <"value">}. */
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

  private static @Nullable String line(String text) {
    String line = text.strip();
    boolean plain = line.codePoints().noneMatch(Character::isISOControl);
    return line.isEmpty() || line.length() > LONGEST || !plain ? null : line;
  }
}
