package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** An mdatp that is not shown to be Microsoft's is never run. */
final class CodeSignatureTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private DefenderMac mac;
  private Path mdatp;

  @BeforeEach
  void aMacWithDefender() {
    mac = new DefenderMac(folder);
    mdatp = mac.install("echo 'healthy : true'");
  }

  @Test
  void theScriptForRealMacsAsksByTheSameRequirement() throws IOException {
    String script = Files.readString(Script.REPOSITORY.resolve("launchd/on-a-mac.sh"));
    assertTrue(
        script
            .replace("\\\n", "")
            .contains('"' + CodeSignature.REQUIREMENT.replace("UBF8T346G9", "${team}") + '"'));
  }

  @Test
  void theFileBehindTheLinkIsCheckedAgainstMicrosoftsRequirement() throws IOException {
    mac.codesign("for argument; do echo \"[$argument]\"; done >'" + folder + "/arguments'");

    assertEquals(Reachability.OK, mac.look(AMPLE).reachability());
    assertEquals(
        List.of(
            "[--verify]",
            "[-R=anchor apple generic"
                + " and certificate 1[field.1.2.840.113635.100.6.2.6] exists"
                + " and certificate leaf[field.1.2.840.113635.100.6.1.13] exists"
                + " and certificate leaf[subject.OU] = UBF8T346G9]",
            "[" + mdatp.toRealPath() + "]"),
        Files.readAllLines(folder.resolve("arguments")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit 1", "exit 3", "echo valid on disk; exit 2", "kill -9 $$"})
  void anMdatpThatFailsTheRequirementIsNotRun(String lines) {
    mac.codesign(lines);

    assertNotRun(Reachability.NOT_TRUSTED, mac.look(AMPLE));
  }

  @Test
  void withoutACodesignNothingIsTrusted() throws IOException {
    Files.delete(mac.path(Tool.CODESIGN.macPath()));

    assertNotRun(Reachability.NOT_TRUSTED, mac.look(AMPLE));
  }

  @Test
  void aCodesignThatOthersMayWriteIsNotTrusted() throws IOException {
    StubMac.allow(mac.path(Tool.CODESIGN.macPath()), "rwxrwxrwx");

    assertNotRun(Reachability.NOT_TRUSTED, mac.look(AMPLE));
    assertEquals(List.of(), mac.calls(Tool.CODESIGN));
  }

  @Test
  void aCodesignThatTakesTooLongSaysNothingAboutTheMac() {
    mac.codesign("exec sleep 600");

    assertNotRun(Reachability.TIMEOUT, mac.look());
  }

  @Test
  void aLookThatIsInterruptedSaysNothingAboutTheMac() {
    Thread.currentThread().interrupt();
    Health health = mac.look(AMPLE);

    assertTrue(Thread.interrupted());
    assertNotRun(Reachability.TIMEOUT, health);
  }

  @Test
  void aGoodSignatureHoldsUntilTheFileIsReplaced() {
    mac.look(AMPLE);
    mac.look(AMPLE);
    assertEquals(1, mac.calls(Tool.CODESIGN).size());

    mac.install("echo 'healthy : false'");

    assertEquals(false, mac.look(AMPLE).healthy());
    assertEquals(2, mac.calls(Tool.CODESIGN).size());
  }

  @Test
  void aFileChangedInPlaceIsVerifiedAgainEvenIfItsTimeWasSetBack() throws Exception {
    FileTime time = FileTime.from(Instant.parse("2023-05-03T00:00:00Z"));
    Files.setLastModifiedTime(mdatp, time);
    mac.look(AMPLE);
    Thread.sleep(20); // a tick of the file system's clock
    Files.writeString(mdatp, Files.readString(mdatp).replace("true", "TRUE"));
    Files.setLastModifiedTime(mdatp, time);
    mac.codesign("exit 1");

    assertEquals(Reachability.NOT_TRUSTED, mac.look(AMPLE).reachability());
    assertEquals(1, mac.calls(Tool.MDATP).size());
  }

  @Test
  void aLinkToAnotherFileIsVerifiedAgain() throws IOException {
    mac.look(AMPLE);
    Path link = mac.path(Tool.MDATP.macPath());
    Path other = Files.copy(mdatp, folder.resolve("other"));
    StubMac.allow(other, "rwxr-xr-x");
    Files.delete(link);
    Files.createSymbolicLink(link, other);

    mac.look(AMPLE);

    assertTrue(mac.calls(Tool.CODESIGN).get(1).endsWith("/other"));
  }

  @Test
  void aBadSignatureIsCheckedAgain() {
    mac.codesign("exit 1");
    mac.look(AMPLE);
    mac.codesign("exit 0");

    assertEquals(Reachability.OK, mac.look(AMPLE).reachability());
  }

  private void assertNotRun(Reachability reachability, Health health) {
    assertEquals(Health.unreachable(reachability, null), health);
    assertEquals(List.of(), mac.calls(Tool.MDATP));
  }
}
