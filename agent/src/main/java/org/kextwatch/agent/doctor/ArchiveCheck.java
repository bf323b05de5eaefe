package org.kextwatch.agent.doctor;

import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;

/**
 * Whether this Java uses the class-data archive that install.sh made. The launcher starts the
 * daemon with the same archive as this command.
 */
final class ArchiveCheck {
  private ArchiveCheck() {}

  static CheckResult run() {
    return judge(System.getProperty("kextwatch.archive"), System.getProperty("java.vm.info", ""));
  }

  /**
   * Judges by what the launcher and Java say.
   *
   * @param launcher what the launcher found: {@code given}, {@code none} or {@code refused}; null
   *     without a launcher
   * @param vmInfo such as {@code mixed mode, sharing}: HotSpot names sharing only while an archive
   *     is in use, and none at all where the given one does not fit
   */
  static CheckResult judge(@Nullable String launcher, String vmInfo) {
    if ("refused".equals(launcher)) {
      return CheckResult.warn(
          "it is damaged or was made by another Java, so it is not used", FolderChecks.REPAIR);
    }
    if (!"given".equals(launcher)) {
      return CheckResult.ok("there is none, so the daemon needs about 17 MiB more memory");
    }
    return vmInfo.contains("sharing")
        ? CheckResult.ok("in use")
        : CheckResult.warn("this Java does not accept it, so it is not used", FolderChecks.REPAIR);
  }
}
