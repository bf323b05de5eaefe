package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.install.ConcurrentTest;

/** The daemon in a Java that writes other digits, or that cannot load a class of the program. */
class OddJavaIT {
  private static final String JARS = Rig.PROGRAM.resolveSibling("../lib/*").toString();

  @TempDir private Path folder;

  private Rig rig;

  @BeforeEach
  void prepare() throws IOException {
    rig = Rig.in(folder.resolve("rig"));
  }

  @AfterEach
  void tidy() {
    rig.close();
  }

  /** A Mac takes its digits from the languages that its user prefers. */
  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @CsvSource({"ar,EG", "my,MM"})
  void theDigitsOfTheMacAreNotThoseOfItsEvents(String language, String country) throws Exception {
    try (AgentProcess agent = start("-Duser.language=" + language, "-Duser.country=" + country)) {
      rig.inbound.await("status.changed", "awaiting_approval");
      rig.mac.approveByProfile();
      rig.inbound.await("status.changed", "\"protected\"");
      rig.stop(agent);
    }
    assertEquals(List.of(), rig.inbound.flaws());
    assertEquals("", rig.printed());
  }

  /** A class that cannot be loaded is an Error at each use. */
  @ConcurrentTest
  void anErrorInALookEndsNothing() throws Exception {
    try (AgentProcess agent = startWithout("mac/Console")) {
      rig.inbound.await("status.changed", "awaiting_approval");
      rig.inbound.await("status.heartbeat", "");
      rig.stop(agent);
    }
  }

  @ConcurrentTest
  void anErrorInADeliveryIsInTheStatus() throws Exception {
    try (AgentProcess agent = startWithout("webhook/Endpoint")) {
      Path status = rig.mac.path(AgentPaths.STATUS);
      Patience.until(
          () -> Files.exists(status) ? Files.readString(status) : "",
          text -> text.contains("\"lastDeliveryError\":\"an internal error: java.lang."));
      rig.stop(agent);
    }
  }

  /** Exit 0 would mean to launchd that it ended on purpose. */
  @ConcurrentTest
  void whatEndsTheDaemonIsNotCalledASuccess() throws Exception {
    try (AgentProcess agent = startWithout("daemon/Agent")) {
      Patience.until(() -> !agent.isAlive());
      assertEquals(70, agent.terminate(Duration.ZERO));
    }
    assertTrue(rig.printed().contains("ClassFormatError"), rig.printed());
  }

  /** Its classes would stay in the memory of the daemon for months. */
  @ConcurrentTest
  void theDaemonNeedsNoParserOfCommandLines() throws Exception {
    try (AgentProcess agent = startWithoutClass("/picocli/CommandLine.class")) {
      rig.inbound.await("status.changed", "awaiting_approval");
      rig.stop(agent);
    }
    assertEquals("", rig.printed());
  }

  private AgentProcess startWithout(String name) throws IOException {
    return startWithoutClass("/org/kextwatch/agent/" + name + ".class");
  }

  private AgentProcess startWithoutClass(String path) throws IOException {
    assertNotNull(OddJavaIT.class.getResource(path), path);
    Path broken = folder.resolve("broken");
    Path file = broken.resolve(path.substring(1));
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[] {'n', 'o'});
    return start("-cp", broken + ":" + JARS);
  }

  private AgentProcess start(String... options) throws IOException {
    List<String> program = new ArrayList<>();
    program.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    program.addAll(List.of("-cp", JARS));
    program.addAll(List.of(options));
    program.add("org.kextwatch.agent.cli.Main");
    return AgentProcess.start(program, rig.mac.root(), folder.resolve("rig/agent.out"));
  }
}
