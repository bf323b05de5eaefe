package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.approval.Recordings;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Outcome;

/** The loader with scripts for tools: they share one folder, as kextutil and the kernel do. */
final class LoaderTest {
  private static final Instant AT = Instant.parse("2026-11-23T18:45:17Z");
  private static final String ROW =
      "echo '  150    0 0xffffff7f83496000 0x10000    0x10000    com.microsoft.wdavkext (1.0) UUID"
          + " <5>'";

  @TempDir Path temporary;
  private StubMac mac;
  private Path calls;
  private Path kernel;

  @BeforeEach
  void makeMac() throws Exception {
    mac = new StubMac(temporary.resolve("mac"));
    calls = temporary.resolve("calls");
    kernel = temporary.resolve("kernel-has-it");
    mac.tool(Tool.KEXTSTAT, "echo list >> %s; [ ! -e %s ] || %s".formatted(calls, kernel, ROW));
  }

  @Test
  void aKextIsLoadedByItsPathAndSeenInTheKernelsList() throws Exception {
    kextutil("touch " + kernel);
    assertEquals(new Attempt(AT, Outcome.LOADED, 0, ""), load(Duration.ofMinutes(1)));
    String path = temporary.toRealPath().resolve("mac/Library/Extensions/wdavkext.kext").toString();
    assertEquals(List.of("list", "load 1 " + path, "list"), Files.readAllLines(calls));
  }

  @Test
  void aKextThatTheKernelHasIsNotLoadedAgain() throws Exception {
    Files.createFile(kernel);
    kextutil("exit 27");
    Attempt attempt = load(Duration.ofMinutes(1));
    assertEquals(new Attempt(AT, Outcome.LOADED, null, "macOS had loaded it already"), attempt);
    assertEquals(List.of("list"), Files.readAllLines(calls));
  }

  @Test
  void aBlockedLoadIsSeenAsSuch() throws Exception {
    Path words = temporary.resolve("words");
    Files.writeString(words, Recordings.kext("001-kextutil-wdavkext-policy-rejected.txt"));
    kextutil("cat %s >&2; exit 27".formatted(words));
    Attempt attempt = load(Duration.ofMinutes(1));
    assertEquals(Outcome.POLICY_BLOCKED, attempt.outcome());
    assertEquals(27, attempt.exitCode());
    assertTrue(attempt.detail().startsWith("Kext rejected due to system policy: <OSKext> { URL"));
  }

  @Test
  void aLoadThatLoadsNothingIsSeenAsSuch() throws Exception {
    kextutil("exit 0");
    assertEquals(Outcome.LOADED_NOTHING, load(Duration.ofMinutes(1)).outcome());
  }

  @Test
  void aListThatFailsStopsNoLoad() throws Exception {
    mac.tool(Tool.KEXTSTAT, "exit 1");
    kextutil("exit 0");
    assertEquals(Outcome.LOADED, load(Duration.ofMinutes(1)).outcome());
  }

  @Test
  void aLoaderThatHangsIsKilled() throws Exception {
    kextutil("exec sleep 60");
    assertEquals(Outcome.TIMEOUT, load(Duration.ofMillis(300)).outcome());
  }

  @Test
  void aMacWithoutLoaderIsAFailure() throws Exception {
    assertEquals(Outcome.FAILED, load(Duration.ofMinutes(1)).outcome());
  }

  @Test
  void theDetailNamesTheMacsPath() throws Exception {
    kextutil("echo \"Can't stat $1 - No such file or directory.\" >&2; exit 66");
    Attempt attempt = load(Duration.ofMinutes(1));
    String message = "Can't stat /Library/Extensions/wdavkext.kext - No such file or directory.";
    assertEquals(new Attempt(AT, Outcome.NOT_FOUND, 66, message), attempt);
    assertFalse(attempt.detail().contains(temporary.toString()));
  }

  private void kextutil(String script) throws Exception {
    mac.tool(Tool.KEXTUTIL, "echo \"load $# $1\" >> %s; %s".formatted(calls, script));
  }

  private Attempt load(Duration timeout) throws Exception {
    Settings settings = GivenSettings.with(Map.of("loadTimeoutSeconds", timeout));
    ExtensionReader reader = new ExtensionReader(mac.root(), mac.tools());
    return new Loader(mac.root(), mac.tools(), reader::listed).load(settings, AT);
  }
}
