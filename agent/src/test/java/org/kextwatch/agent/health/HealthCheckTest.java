package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** How Defender is asked. Real processes throughout. */
final class HealthCheckTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private DefenderMac mac;

  @BeforeEach
  void aMac() {
    mac = new DefenderMac(folder);
  }

  @Test
  void aLookRunsMdatpOnce() {
    mac.install("cat '" + Recording.numbered("033") + "'");

    Health health = mac.look(AMPLE);

    assertEquals(Reachability.OK, health.reachability());
    assertEquals("101.98.30", health.appVersion());
    assertEquals(0, health.exitCode());
    assertEquals(List.of("health --output json"), mac.calls(Tool.MDATP));
  }

  @Test
  void textInPlaceOfJsonIsNotAskedForAgain() {
    mac.install("cat '" + Recording.numbered("014") + "'");

    assertEquals(false, mac.look(AMPLE).realTimeProtectionAvailable());
    assertEquals(List.of("health --output json"), mac.calls(Tool.MDATP));
  }

  @Test
  void anMdatpWithoutJsonIsAskedForTextAndFromThenOnOnlyForThat() {
    mac.install(
        "case \"$*\" in",
        "health) cat '" + Recording.numbered("029") + "';;",
        "*) echo 'unknown option'; exit 1;;",
        "esac");

    assertEquals("101.02.55", mac.look(AMPLE).appVersion());
    assertEquals("101.02.55", mac.look(AMPLE).appVersion());

    assertEquals(List.of("health --output json", "health", "health"), mac.calls(Tool.MDATP));
  }

  @Test
  void anMdatpOf2019IsAskedWithItsOwnCommandUntilItIsUpdated() {
    mac.install(
        "case \"$*\" in",
        "--health) cat '" + Recording.numbered("006") + "';;",
        "*) echo 'Unknown command'; exit 64;;",
        "esac");

    assertEquals(true, mac.look(AMPLE).realTimeProtectionEnabled());
    assertEquals(false, mac.look(AMPLE).realTimeProtectionAvailable());
    assertEquals(
        List.of("health --output json", "health", "--health", "--health"), mac.calls(Tool.MDATP));

    mac.install("cat '" + Recording.numbered("033") + "'");

    assertEquals("101.98.30", mac.look(AMPLE).appVersion());
    assertEquals("health --output json", mac.calls(Tool.MDATP).get(4));
  }

  @Test
  void aCommandThatNoLongerWorksIsReplacedByAnother() throws IOException {
    Path word = Files.writeString(folder.resolve("word"), "--health");
    mac.install("[ \"$*\" = \"$(cat '" + word + "')\" ] && echo 'healthy : true'");
    assertEquals(true, mac.look(AMPLE).healthy());

    Files.writeString(word, "health");

    assertEquals(true, mac.look(AMPLE).healthy());
    assertEquals(
        List.of("--health", "health --output json", "health"), mac.calls(Tool.MDATP).subList(3, 6));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "001", "002", "003", "004", "005", "011", "013", "035", "038", "039", "053", "054", "057",
        "058", "060"
      })
  void otherOutputIsUnparsableWithAnyExitCode(String number) {
    mac.install("cat '" + Recording.numbered(number) + "'", "exit 1");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 1), mac.look(AMPLE));
    assertEquals(List.of("health --output json", "health", "--health"), mac.calls(Tool.MDATP));
  }

  @ParameterizedTest
  @CsvSource({
    "exit 3, 3",
    "echo 'Input/output error'; exit 1, 1",
    "echo 'Input/output error' >&2; exit 255, 255",
    "echo 'Failed to connect' >&2, 0",
    "echo 'ATTENTION: No license found.'; echo 'Error: could not connect to the daemon'; exit 1, 1"
  })
  void aDaemonThatDoesNotAnswerIsUnreachableAndNotAskedWithAnotherCommand(
      String lines, int exitCode) {
    mac.install(lines);

    assertEquals(Health.unreachable(Reachability.DAEMON_UNREACHABLE, exitCode), mac.look(AMPLE));
    assertEquals(List.of("health --output json"), mac.calls(Tool.MDATP));
  }

  @Test
  void anInputOutputErrorInALongerLineIsNoConnectionFailure() {
    mac.install("echo 'Input/output error while printing'");

    assertEquals(Reachability.UNPARSABLE, mac.look(AMPLE).reachability());
  }

  @Test
  void aListingCountsWithAnyExitCodeAndErrors() {
    mac.install("echo 'Failed to connect: x' >&2", "echo 'healthy : false'", "exit 3");

    Health health = mac.look(AMPLE);

    assertEquals(Reachability.OK, health.reachability());
    assertEquals("healthy=false", Known.of(health));
    assertEquals(3, health.exitCode());
  }

  @Test
  void aMacWithoutMdatpHasNoDefender() {
    assertEquals(Health.unreachable(Reachability.NOT_INSTALLED, null), mac.look());
    assertEquals(List.of(), mac.calls(Tool.CODESIGN));
  }

  @Test
  void aLinkIntoAMissingAppIsNoDefender() throws IOException {
    Files.delete(mac.install("echo 'healthy : true'"));

    assertEquals(Health.unreachable(Reachability.NOT_INSTALLED, null), mac.look());
  }

  @Test
  void anMdatpWithoutPermissionToRunIsNotExecutable() throws IOException {
    StubMac.allow(mac.install("echo 'healthy : true'"), "rw-r--r--");

    assertEquals(Health.unreachable(Reachability.NOT_EXECUTABLE, null), mac.look());
  }

  @Test
  void aFolderInPlaceOfMdatpIsNotExecutable() throws IOException {
    Files.createDirectories(mac.path(Tool.MDATP.macPath()));

    assertEquals(Health.unreachable(Reachability.NOT_EXECUTABLE, null), mac.look());
  }

  @Test
  void anMdatpThatTheSystemCannotStartIsNotExecutable() throws IOException {
    Files.writeString(mac.install(), "#!/nowhere/sh\n");

    assertEquals(Health.unreachable(Reachability.NOT_EXECUTABLE, null), mac.look());
  }
}
