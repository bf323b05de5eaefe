package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.daemon.InstanceLock;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemRoot;
import picocli.CommandLine;

/** Without the parser the daemon ends as it does with it. */
class DaemonStartTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "true, run",
    "true, --root /a run",
    "false, ''",
    "false, status",
    "false, run --help",
    "false, --verbose run",
    "false, run --root /a",
    "false, --root=/a run",
    "false, --root a run",
    "false, --root @a run",
    "false, --root --verbose run",
    "false, --root /a status",
    "false, --root /a --root /b run",
    "false, help run"
  })
  void onlyTheArgumentsOfLaunchdGoPastTheParser(boolean expected, String arguments) {
    assertEquals(expected, DaemonStart.isAskedBy(arguments.split(" ")));
  }

  @Test
  void aRootThatIsNoFolderIsRefusedInTheSameWords() throws Exception {
    Path none = folder.resolve("none");
    assertSame(none, ExitCode.USAGE);
    assertSame(Files.createFile(folder.resolve("file")), ExitCode.USAGE);
  }

  @Test
  void aMacThatAnotherDaemonWatchesIsLeftInTheSameWords() throws Exception {
    Path lock = SystemRoot.at(folder.toRealPath()).resolve(AgentPaths.LOCK);
    Files.createDirectories(lock.getParent());
    Files.setPosixFilePermissions(lock.getParent(), PosixFilePermissions.fromString("rwx------"));
    try (InstanceLock held = InstanceLock.takeForDaemon(lock).orElseThrow()) {
      assertSame(folder.toRealPath(), ExitCode.UNAVAILABLE);
    }
  }

  private static void assertSame(Path root, int exitCode) throws IOException, InterruptedException {
    StringWriter parsed = new StringWriter();
    CommandLine program = Program.commandLine().setErr(new PrintWriter(parsed, true));
    assertEquals(exitCode, program.execute("--root", root.toString(), "run"));
    StringBuilder direct = new StringBuilder();
    assertEquals(exitCode, DaemonStart.run(root, line -> direct.append(line).append('\n')));
    assertEquals(parsed.toString(), direct.toString());
  }
}
