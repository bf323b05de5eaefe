package org.kextwatch.agent.daemon;

import java.nio.file.Path;
import java.util.List;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;

/** The daemon in a process of its own, with the tick of a real Mac on one that is a folder. */
public final class RealTickDaemon {
  private RealTickDaemon() {}

  /** What starts it, without its arguments. */
  static List<String> program() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return List.of(
        java,
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        RealTickDaemon.class.getName());
  }

  /** Arguments as those of the program: {@code --root DIR run}. */
  public static void main(String[] arguments) throws Exception {
    SystemRoot root = SystemRoot.at(Path.of(arguments[1]));
    DaemonProcess.Seams seams =
        new DaemonProcess.Seams(
            false,
            new Disk(),
            Schedule.TICK,
            StallDetector.TICK,
            StallDetector.PATIENCE,
            Turn.Limits.USUAL);
    new DaemonProcess(root, System.err::println, seams).run();
  }
}
