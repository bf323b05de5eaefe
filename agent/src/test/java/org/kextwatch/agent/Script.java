package org.kextwatch.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.mac.Owner;

/**
 * Runs shell scripts, and writes small ones. No process starts while one is written, because a
 * process that begins may hold the open file for a moment, and a file that is open for writing
 * cannot be run.
 */
public final class Script {
  /** The folder of the whole project, whichever module is under test. */
  public static final Path REPOSITORY = repository();

  public static final Path AGENT = REPOSITORY.resolve("agent");

  private Script() {}

  private static Path repository() {
    Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    while (!Files.exists(folder.resolve("install.sh"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  /**
   * Every shell that the scripts must work in. The sh of a Mac is bash 3.2; posh is the nearest to
   * it that Debian has, and neither it nor busybox is made for a Mac.
   */
  public static Stream<String> everyShell() {
    return System.getProperty("os.name").startsWith("Mac")
        ? Stream.of("sh", "dash", "bash --posix")
        : Stream.of("dash", "posh", "busybox sh", "bash --posix");
  }

  /**
   * The shells that the scripts are run in: the one of busybox, which is much like dash, only in
   * the long form of the tests.
   */
  public static Stream<String> shells() {
    return everyShell().filter(shell -> isLong() || !shell.startsWith("busybox"));
  }

  /** Whether all shells are asked for. */
  public static boolean isLong() {
    return "every".equals(System.getProperty("kextwatch.shells"));
  }

  /**
   * Of these the one that runs the most tools, for it has the fewest of its own. What a tool is
   * given does not depend on the shell.
   */
  public static String plainest() {
    return shells().filter("posh"::equals).findFirst().orElse("sh");
  }

  public record Ended(int exit, String out, String err) {}

  /** Runs a command of several words in a folder, with nothing but the given environment. */
  public static Ended run(
      Path folder, Map<String, String> environment, String shell, Object... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(shell.split(" ")));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Path out = Files.createTempFile("out", null);
    Path err = Files.createTempFile("err", null);
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().clear();
      builder.environment().putAll(environment);
      builder.redirectOutput(out.toFile()).redirectError(err.toFile());
      Process process = start(builder);
      process.getOutputStream().close();
      int exit = process.waitFor();
      return new Ended(exit, Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new IOException(shell + " is missing; ./install.sh --test brings it", e);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** Starts a process, unless a script is being written. */
  public static synchronized Process start(ProcessBuilder builder) throws IOException {
    return builder.start();
  }

  /**
   * Runs the commands that a refusal gives after {@code Run:}, as root, or else as if the caller
   * were root.
   */
  public static Ended followRemedy(Path folder, String refusal)
      throws IOException, InterruptedException {
    String commands =
        refusal
            .lines()
            .filter(line -> line.startsWith("Run: "))
            .map(line -> line.substring("Run: ".length()))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no remedy in " + refusal));
    String chown = Owner.current().isRoot() ? "chown" : ":";
    return run(
        folder,
        Map.of("PATH", "/usr/bin:/bin"),
        "sh -c",
        commands.replace("sudo chown", chown).replace("sudo ", ""));
  }

  /** Writes an executable script, in the place of what is there, and never through a link. */
  public static synchronized Path write(Path file, String body) throws IOException {
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file);
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Copies a script of the project, executable. */
  public static synchronized Path copy(Path script, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(script, to);
    return Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /**
   * Copies install.sh with all that it reads. The JDK that it looks for last, where Debian keeps
   * one, is {@code default-java} beside the copy, so that this machine's own does not matter.
   */
  public static void copyInstaller(Path folder) throws IOException {
    Path installer = copy(REPOSITORY.resolve("install.sh"), folder.resolve("install.sh"));
    String text = Files.readString(installer);
    String elsewhere = "debian_jdk='" + folder.resolveSibling("default-java") + "'";
    Files.writeString(installer, text.replace("debian_jdk=/usr/lib/jvm/default-java", elsewhere));
    try (Stream<Path> parts = Files.list(REPOSITORY.resolve("launchd"))) {
      for (Path part : parts.filter(file -> file.toString().endsWith(".sh")).toList()) {
        copy(part, folder.resolve("launchd").resolve(part.getFileName()));
      }
    }
  }
}
