package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.status.JavaRuntime;

/** The Java that runs this command, and the daemon too: who can change it, and how old it is. */
final class JavaCheck {
  private static final String REMEDY =
      "Install a release with a newer Java, or update the Java that it runs with: security fixes"
          + " come every three months, and this Java runs as root.";

  private JavaCheck() {}

  static CheckResult run() {
    Path home = Path.of(System.getProperty("java.home"));
    String text = "%s at %s".formatted(System.getProperty("java.version"), home);
    try {
      Path loose = loose(home.toRealPath());
      return loose == null
          ? age(text, JavaRuntime.of(System::getProperty), LocalDate.now(ZoneOffset.UTC))
          : CheckResult.warn(
              "%s; others can write %s".formatted(text, loose),
              "An installed Kextwatch refuses such a Java: use one that belongs to root.");
    } catch (IOException e) {
      return CheckResult.cannotTell(text + "; its folders cannot be read", "");
    }
  }

  static CheckResult age(String text, JavaRuntime java, LocalDate today) {
    String released = java.released() == null ? "" : ", released on " + java.released();
    return java.isOld(today)
        ? CheckResult.warn(text + released, REMEDY)
        : CheckResult.ok(text + released);
  }

  private static @Nullable Path loose(Path real) throws IOException {
    for (Path at = real; at != null; at = at.getParent()) {
      if (FolderChecks.isLoose(at)) {
        return at;
      }
    }
    return null;
  }
}
