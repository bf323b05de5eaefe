package org.kextwatch.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.kextwatch.agent.mac.Nap;

/**
 * Ends what a class of tests left running, as after a failure: the children of this JVM, whatever
 * was started from a test's folder or works in one, and naps. It needs no tool of the machine.
 */
public final class LeftRunning implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    end();
  }

  /** Ends them, and whatever they start meanwhile, until a look finds none. */
  static void end() {
    for (int round = 0; round < 20; round++) {
      List<ProcessHandle> left = find();
      if (left.isEmpty()) {
        return;
      }
      left.forEach(ProcessHandle::destroyForcibly);
    }
  }

  static List<ProcessHandle> find() {
    List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> !process.equals(ProcessHandle.current()))
          .filter(ProcessHandle::isAlive)
          .filter(process -> children.contains(process) || isOfATest(process))
          .toList();
    }
  }

  private static boolean isOfATest(ProcessHandle process) {
    String command = String.join(" ", process.info().arguments().orElse(new String[0]));
    return command.contains(OwnFolder.PREFIX)
        || Nap.isNamedIn(command)
        || worksIn(process).contains(OwnFolder.PREFIX);
  }

  /** Linux tells the folder that a process works in; a Mac does not. */
  private static String worksIn(ProcessHandle process) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/cwd")).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
