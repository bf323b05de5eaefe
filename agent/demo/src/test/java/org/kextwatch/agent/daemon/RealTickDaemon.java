package org.kextwatch.agent.daemon;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
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

  /**
   * The same as an installed release runs it, with the flags of its launcher.
   *
   * @param release on a simulated Mac
   */
  public static List<String> program(Path release) throws IOException {
    List<String> command = new ArrayList<>(List.of(release.resolve("bin/kextwatch").toString()));
    command.add(":java");
    Path archive = release.resolve("classes.jsa");
    if (Files.exists(archive)) {
      command.add("-XX:SharedArchiveFile=" + archive);
    }
    command.addAll(List.of("-cp", classPath(release), RealTickDaemon.class.getName()));
    return command;
  }

  /** Java uses the class-data archive only if the jars come first, in the order of the launcher. */
  public static String classPath(Path release) throws IOException {
    try (Stream<Path> files = Files.list(release.resolve("lib"))) {
      return Stream.concat(
              files.map(Path::toString).filter(name -> name.endsWith(".jar")).sorted(),
              Stream.of(Script.AGENT + "/demo/target/test-classes"))
          .collect(Collectors.joining(File.pathSeparator));
    }
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
