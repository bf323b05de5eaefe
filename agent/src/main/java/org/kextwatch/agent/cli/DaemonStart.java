package org.kextwatch.agent.cli;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.daemon.DaemonProcess;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * Starts the daemon. It does not use picocli, whose classes would stay in the memory of the daemon
 * for months.
 */
final class DaemonStart {
  private static final String COMMAND = "run";
  private static final String ROOT = "--root";

  private DaemonStart() {}

  /**
   * Whether the arguments are those that launchd and tests give, exactly: {@code run}, or {@code
   * --root} and an absolute path before it. All others go to the parser, which understands more.
   */
  static boolean isAskedBy(String... arguments) {
    return switch (arguments.length) {
      case 1 -> arguments[0].equals(COMMAND);
      case 3 ->
          arguments[0].equals(ROOT) && arguments[1].startsWith("/") && arguments[2].equals(COMMAND);
      default -> false;
    };
  }

  /** The same as {@link #run}, for arguments that {@link #isAskedBy} took. */
  static int runAsAskedBy(String... arguments) throws InterruptedException {
    Path rootFolder = arguments.length == 1 ? null : Path.of(arguments[1]);
    return run(rootFolder, System.err::println);
  }

  /**
   * Runs the daemon until its end. Returns the exit code.
   *
   * @param rootFolder of a simulated Mac, null for this Mac
   * @param print prints a line on stderr
   */
  static int run(@Nullable Path rootFolder, Consumer<String> print) throws InterruptedException {
    Consumer<String> say = line -> print.accept("kextwatch: " + line);
    if (lacksRoot(rootFolder)) {
      say.accept("run needs root: sudo kextwatch run");
      return ExitCode.NEEDS_ROOT;
    }
    try {
      boolean ran = new DaemonProcess(root(rootFolder), say).run();
      if (!ran) {
        say.accept("another agent runs here already (see: kextwatch status)");
      }
      return ran ? ExitCode.OK : ExitCode.UNAVAILABLE;
    } catch (RefusedPathException e) {
      say.accept(e.reason());
      return ExitCode.USAGE;
    }
  }

  /** Whether a command needs root: it is for this Mac, and the user is not root. */
  static boolean lacksRoot(@Nullable Path rootFolder) {
    return rootFolder == null && !Owner.current().isRoot();
  }

  static SystemRoot root(@Nullable Path rootFolder) throws RefusedPathException {
    return rootFolder == null ? SystemRoot.ofThisMac() : SystemRoot.at(rootFolder);
  }
}
