package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.remedy.LoaderRuns.AT;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_POLICY;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_SIGNATURE;
import static org.kextwatch.agent.remedy.LoaderRuns.PATH;
import static org.kextwatch.agent.remedy.LoaderRuns.THEIR_SIGNATURE;
import static org.kextwatch.agent.remedy.LoaderRuns.classify;
import static org.kextwatch.agent.remedy.LoaderRuns.outcome;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** Exit codes and messages that no recording shows, from Apple's source; see RecordedLoadsTest. */
final class ClassificationTest {
  private static final KernelEntry LOADED = new KernelEntry(true, "1.0");

  @ParameterizedTest
  @CsvSource({
    "0, true, LOADED",
    "0, false, LOADED_NOTHING",
    "0, , LOADED",
    "1, false, NOT_FOUND",
    "4, false, FAILED",
    "6, false, FAILED",
    "19, false, FAILED",
    "21, false, FAILED",
    "27, false, POLICY_BLOCKED",
    "27, , POLICY_BLOCKED",
    "28, false, RESTART_REQUIRED",
    "64, false, FAILED",
    "66, false, NOT_FOUND",
    "70, false, FAILED",
    "71, false, FAILED",
    "72, false, FAILED",
    "77, false, NOT_ROOT",
    "137, false, FAILED",
  })
  void aRunWithoutOutputIsClassifiedByItsCode(int exitCode, Boolean listed, Outcome outcome) {
    Attempt attempt = classify(exitCode, "", new KernelEntry(listed, null));
    assertEquals(new Attempt(AT, outcome, exitCode, ""), attempt);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "4 | Kext rejected due to invalid signature: %s | BAD_SIGNATURE",
        "4 | Kext rejected due to improper filesystem permissions: %s | BAD_OWNERSHIP",
        "4 | Kext rejected due to insecure location: %s | FAILED",
        "4 | Kext rejected due to presence on exclude list: %s | FAILED",
        "4 | Kext failed to stage properly: %s: | STAGING_FAILED",
        "4 | Unable to stage kext (%s) to secure location. | STAGING_FAILED",
        "4 | Code Signing Failure: not code signed | BAD_SIGNATURE",
        "4 | Code Signing Failure: code signature is invalid | BAD_SIGNATURE",
        "6 | Can't load %s - a different version is already loaded. | OTHER_VERSION_LOADED",
        "6 | Can't load %s - a different UUID is already loaded. | OTHER_VERSION_LOADED",
        "2 | %s does not contain code for kernel architecture. | WRONG_ARCHITECTURE",
        "19 | ERROR: authentication checks failed for %s, will not load | FAILED",
        "19 | %s could not be staged, failing. | STAGING_FAILED",
        "21 | %s is in exclude list; omitting. | FAILED",
        "27 | System policy prevents loading the kernel extension. | POLICY_BLOCKED",
        "4 | System policy prevents loading the kernel extension. | POLICY_BLOCKED",
        "66 | Can't stat %s - No such file or directory. | NOT_FOUND",
        "66 | %s is not a directory. | NOT_FOUND",
        "64 | %s not of type 'kext'. | FAILED",
        "70 | No kernel extensions found. | FAILED",
        "71 | Can't acquire kextload serialization lock; aborting. | FAILED",
        "72 | Can't read kernel file '/System/Library/Kernels/kernel' | FAILED",
        "77 | You must be running as root to load kexts | NOT_ROOT",
      })
  void messagesOfKextutilAreClassified(int exitCode, String line, Outcome outcome) {
    String text = line.formatted(PATH);
    Attempt attempt = classify(exitCode, text + "\n", KernelEntry.NOT_LOADED);
    assertEquals(new Attempt(AT, outcome, exitCode, text), attempt);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "27 | Extension with identifiers com.microsoft.wdavkext not approved to load. Please"
            + " approve using System Settings. | POLICY_BLOCKED",
        "1 | Extension with identifiers a.b.c,com.microsoft.wdavkext not approved to load."
            + " | POLICY_BLOCKED",
        "27 | Error Domain=KMErrorDomain Code=27 \"Extension with identifiers"
            + " com.microsoft.wdavkext not approved to load.\" | POLICY_BLOCKED",
        "28 | Error Domain=KMErrorDomain Code=28 \"Loading extension(s): com.microsoft.wdavkext"
            + " requires a reboot\" | RESTART_REQUIRED",
        "0 | Loading extension(s): com.microsoft.wdavkext requires a reboot | RESTART_REQUIRED",
        "1 | Error Domain=KMErrorDomain Code=1 \"Unable to resolve dependencies\" | FAILED",
        "31 | Error Domain=KMErrorDomain Code=31 \"Kext com.example.kext.foo failed\""
            + " | FOREIGN_EXTENSION",
        "71 | Error Domain=KMErrorDomain Code=71 \"Could not find: No bundle was found at"
            + " /Library/Extensions/wdavkext.kext.\" | NOT_FOUND",
        "1 | Kernel request failed: (libkern/kext) link error (-603946986) | FAILED",
      })
  void messagesOfTheShimAreClassified(int exitCode, String line, Outcome outcome) {
    String chatter = "Executing: /usr/bin/kmutil load --bundle-path " + PATH + "\n";
    Attempt attempt = classify(exitCode, chatter + line, KernelEntry.NOT_LOADED);
    assertEquals(new Attempt(AT, outcome, exitCode, line), attempt);
  }

  @Test
  void aKextInTheKernelsListAfterAGoodRunIsLoadedDespiteMessages() {
    assertEquals(
        new Attempt(AT, Outcome.LOADED, 0, ""), classify(0, OUR_SIGNATURE + OUR_POLICY, LOADED));
    assertEquals(Outcome.POLICY_BLOCKED, classify(27, OUR_POLICY, LOADED).outcome());
  }

  @Test
  void messagesOnStdoutCountToo() {
    ToolRun run = new ToolRun.Finished(4, OUR_SIGNATURE, "");
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    assertEquals(Outcome.BAD_SIGNATURE, attempt.outcome());
  }

  @Test
  void aRunThatIsKilledIsATimeout() {
    ToolRun run = new ToolRun.TimedOut("", OUR_POLICY);
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    assertEquals(Outcome.TIMEOUT, attempt.outcome());
    assertNull(attempt.exitCode());
  }

  @ParameterizedTest
  @EnumSource(ToolRun.FailureCause.class)
  void aRunThatDidNotStartIsAFailureUnlessItWasCancelled(ToolRun.FailureCause cause) {
    ToolRun run = new ToolRun.NotRun(cause, "/usr/bin/kextutil is not there");
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    boolean isCancelled = cause == ToolRun.FailureCause.INTERRUPTED;
    assertEquals(isCancelled ? Outcome.TIMEOUT : Outcome.FAILED, attempt.outcome());
    assertNull(attempt.exitCode());
    assertEquals("/usr/bin/kextutil is not there", attempt.detail());
  }

  @Test
  void theDetailIsTheDecidingLineShortAndPlain() {
    assertEquals(
        "Kext rejected due to invalid signature: <OSKext> { URL ="
            + " \"file:///Library/StagedExtensions/Library/Extensions/wdavkext.kext/\", ID ="
            + " \"com.microsoft.wdavkext\" }",
        classify(27, THEIR_SIGNATURE + OUR_POLICY + OUR_SIGNATURE, KernelEntry.NOT_LOADED)
            .detail());
    String odd = "system policy\u001b[31m\u202e\u0007 x\u2028y \ud83d\ude00".repeat(60);
    String detail = classify(27, odd, KernelEntry.NOT_LOADED).detail();
    assertTrue(detail.length() <= 500, detail);
    assertTrue(detail.startsWith("system policy x y \ud83d\ude00"), detail);
    assertFalse(Character.isHighSurrogate(detail.charAt(detail.length() - 1)));
    assertFalse(detail.chars().anyMatch(Character::isISOControl));
  }

  @Test
  void endlessOutputIsReadQuickly() {
    for (String part :
        List.of("\n", "a\n", "invalid signature ", "a.b.c.", "KMErrorDomain Code=")) {
      String text = "Error Domain=KMErrorDomain Code=9 " + part.repeat((1 << 20) / part.length());
      Outcome outcome = assertTimeoutPreemptively(Patience.AMPLE, () -> outcome(4, text));
      assertTrue(outcome != Outcome.LOADED);
    }
  }
}
