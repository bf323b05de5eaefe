package org.kextwatch.agent.mac;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;

final class ToolRunnerTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private StubMac mac;

  @BeforeEach
  void aMac() {
    mac = new StubMac(folder);
  }

  @Test
  void aToolTellsItsExitCodeAndItsTwoOutputsApart() {
    mac.tool(Tool.SYSCTL, "echo good", "echo bad >&2", "exit 7");

    assertEquals(new ToolRun.Finished(7, "good\n", "bad\n"), run(AMPLE));
  }

  @Test
  void aToolKilledBySomebodyElseTellsTheSignal() {
    mac.tool(Tool.SYSCTL, "kill -9 $$");

    assertEquals(128 + 9, finished(run(AMPLE)).exitCode());
  }

  @Test
  void argumentsArriveAsTheyAreForThereIsNoShell() {
    mac.tool(Tool.SYSCTL, "printf '[%s]' \"$@\"");

    ToolRun run = run(AMPLE, "a b", "$HOME", "`id`", "*", "", "-x='q'", "\u00e9;exit 1");

    assertEquals("[a b][$HOME][`id`][*][][-x='q'][\u00e9;exit 1]", finished(run).stdout());
  }

  /** In a folder that macOS protects, or that is Microsoft's. */
  @Test
  void everyProgramIsNamedByItsWholePath() {
    Stream<String> tools = Stream.of(Tool.values()).map(Tool::macPath);
    Stream<String> all = Stream.concat(tools, Stream.of(Ps.OF_THIS_SYSTEM.program().toString()));

    String whole = "(/usr)?/s?bin/[a-z0-9]+|/usr/local/bin/mdatp";
    assertEquals(List.of(), all.filter(path -> !path.matches(whole)).toList());
  }

  @Test
  void theEnvironmentIsExactlyTheFixedOneAndTheRunsMarker() throws IOException {
    Files.copy(Path.of("/usr/bin/env"), mac.tool(Tool.SYSCTL), StandardCopyOption.REPLACE_EXISTING);

    Map<String, String> environment =
        finished(run(AMPLE))
            .stdout()
            .lines()
            .map(line -> line.split("=", 2))
            .collect(Collectors.toMap(entry -> entry[0], entry -> entry[1]));

    assertEquals(36, environment.remove(ToolRunner.RUN_MARKER).length());
    assertEquals(
        Map.of("PATH", "/usr/bin:/bin:/usr/sbin:/sbin", "LANG", "C", "HOME", "/var/empty"),
        environment);
  }

  @Test
  void everyRunHasAMarkerOfItsOwn() {
    mac.tool(Tool.SYSCTL, "echo $" + ToolRunner.RUN_MARKER);

    assertFalse(finished(run(AMPLE)).stdout().equals(finished(run(AMPLE)).stdout()));
  }

  @Test
  void standardInputIsEmptyAndTheWorkingFolderIsTheTop() {
    mac.tool(Tool.SYSCTL, "cat", "pwd");

    assertEquals("/\n", finished(run(AMPLE)).stdout());
  }

  @Test
  void badUtf8IsReplaced() {
    mac.tool(Tool.SYSCTL, "printf 'a\\377b'");

    assertEquals("a\ufffdb", finished(run(AMPLE)).stdout());
  }

  @Test
  void ofEachOutputOneMebibyteIsKeptAndTheRestIsDrained() {
    String flood = "head -c 100000000 /dev/zero | tr '\\0' %s";
    mac.tool(Tool.SYSCTL, flood.formatted("o"), flood.formatted("e") + " >&2", "exit 5");

    ToolRun.Finished run = finished(run(AMPLE));

    assertEquals(5, run.exitCode());
    assertEquals("o".repeat(1 << 20), run.stdout());
    assertEquals("e".repeat(1 << 20), run.stderr());
  }

  @Test
  void whatWasPrintedBeforeTheTimeWasOverIsKept() {
    mac.tool(Tool.SYSCTL, "echo early", "echo warning >&2", "exec sleep 600");

    assertEquals(new ToolRun.TimedOut("early\n", "warning\n"), run(Duration.ofSeconds(2)));
  }

  @Test
  void theLastWordsOfAToolThatIsAskedToEndAreKept() {
    mac.tool(Tool.SYSCTL, "trap 'echo last; exit' TERM", "while :; do sleep 0.1; done");

    assertEquals(new ToolRun.TimedOut("last\n", ""), run(Duration.ofSeconds(2)));
  }

  @Test
  void aToolThatEndsNobodyWaitsForItsTime() {
    mac.tool(Tool.SYSCTL, "true");

    long start = System.nanoTime();
    run(Duration.ofMinutes(10));

    assertTrue(Duration.ofNanos(System.nanoTime() - start).compareTo(Patience.AMPLE) < 0);
  }

  @Test
  void aMissingToolIsAValue() {
    assertEquals(ToolRun.FailureCause.MISSING, notRun(run(AMPLE)).cause());
  }

  @Test
  void aLinkToNothingIsAMissingTool() throws IOException {
    Path tool = mac.tool(Tool.SYSCTL);
    Files.delete(tool);
    Files.createSymbolicLink(tool, Path.of("nowhere"));

    assertEquals(ToolRun.FailureCause.MISSING, notRun(run(AMPLE)).cause());
  }

  @Test
  void aFolderInPlaceOfAToolIsNotExecutable() throws IOException {
    Path tool = mac.tool(Tool.SYSCTL);
    Files.delete(tool);
    Files.createDirectory(tool);

    assertEquals(ToolRun.FailureCause.NOT_EXECUTABLE, notRun(run(AMPLE)).cause());
  }

  @Test
  void aToolWithoutPermissionToRunIsNotExecutable() throws IOException {
    StubMac.allow(mac.tool(Tool.SYSCTL), "rw-r--r--");

    assertEquals(ToolRun.FailureCause.NOT_EXECUTABLE, notRun(run(AMPLE)).cause());
  }

  @Test
  void aToolWhoseInterpreterIsMissingIsNotExecutable() throws IOException {
    Files.writeString(mac.tool(Tool.SYSCTL), "#!/nowhere/sh\n");

    ToolRun.NotRun run = notRun(run(AMPLE));

    assertEquals(ToolRun.FailureCause.NOT_EXECUTABLE, run.cause());
    assertTrue(run.detail().contains("usr/sbin/sysctl"), run.detail());
  }

  @Test
  void aToolThatOthersMayWriteIsNotRun() throws IOException {
    StubMac.allow(mac.tool(Tool.SYSCTL), "rwxrwxr-x");

    assertEquals(ToolRun.FailureCause.NOT_TRUSTED, notRun(run(AMPLE)).cause());
    assertEquals(List.of(), mac.calls(Tool.SYSCTL));
  }

  @Test
  void aToolInAFolderThatOthersMayWriteIsNotRun() throws IOException {
    StubMac.allow(mac.tool(Tool.SYSCTL).getParent(), "rwxr-xrwx");

    assertEquals(ToolRun.FailureCause.NOT_TRUSTED, notRun(run(AMPLE)).cause());
    assertEquals(List.of(), mac.calls(Tool.SYSCTL));
  }

  @Test
  void aLinkToAToolIsTrustedAsItsTargetIs() throws IOException {
    Path tool = mac.tool(Tool.SYSCTL);
    Path target = Files.move(tool, folder.resolve("sysctl"));
    Files.createSymbolicLink(tool, target);
    assertEquals(0, finished(run(AMPLE)).exitCode());

    StubMac.allow(target, "rwxr-xrwx");

    assertEquals(ToolRun.FailureCause.NOT_TRUSTED, notRun(run(AMPLE)).cause());
  }

  @Test
  void mdatpIsRunAsTheFileThatWasFoundThoughItsNameLeadsElsewhere() throws IOException {
    Path file = mac.script("/Applications/mdatp", "echo healthy");
    Path name = mac.tool(Tool.MDATP);
    Files.delete(name);
    Files.createSymbolicLink(name, file);
    DefenderProgram mdatp = DefenderProgram.find(mac.root());
    Files.delete(name);
    Files.createSymbolicLink(name, mac.script("/Users/eve/mdatp", "echo evil"));

    ToolRun run = mac.tools().run(mdatp, AMPLE, List.of());

    assertEquals("healthy\n", finished(run).stdout());
  }

  @Test
  void mdatpIsNotRunOnceItIsAnotherFile() throws IOException {
    Path file = mac.tool(Tool.MDATP, "echo healthy");
    DefenderProgram mdatp = DefenderProgram.find(mac.root());
    Files.move(mac.script("/new", "echo newer"), file, ATOMIC_MOVE);

    assertEquals(
        ToolRun.FailureCause.REPLACED, notRun(mac.tools().run(mdatp, AMPLE, List.of())).cause());

    Files.delete(file);

    assertEquals(
        ToolRun.FailureCause.REPLACED, notRun(mac.tools().run(mdatp, AMPLE, List.of())).cause());
  }

  @Test
  void mdatpIsNotRunByItsNameInAFolderOfOthers() throws IOException {
    StubMac.allow(mac.tool(Tool.MDATP, "echo healthy").getParent(), "rwxrwxr-x");

    ToolRun run = mac.tools().run(Tool.MDATP, AMPLE, List.of());

    assertEquals(ToolRun.FailureCause.NOT_TRUSTED, notRun(run).cause());
  }

  private ToolRun run(Duration timeout, String... arguments) {
    return mac.tools().run(Tool.SYSCTL, timeout, List.of(arguments));
  }

  private static ToolRun.Finished finished(ToolRun run) {
    return assertInstanceOf(ToolRun.Finished.class, run);
  }

  private static ToolRun.NotRun notRun(ToolRun run) {
    return assertInstanceOf(ToolRun.NotRun.class, run);
  }
}
