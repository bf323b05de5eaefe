package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** Words and exit codes that no recording shows, from Apple's source; see RecordedLoadsTest. */
final class ClassificationTest {
  private static final Instant AT = Instant.parse("2026-11-23T18:45:17Z");
  private static final KernelEntry LOADED = new KernelEntry(true, "1.0");
  private static final String PATH = "/Library/Extensions/wdavkext.kext";
  private static final String REJECTED =
      "Kext rejected due to %s: <OSKext 0x7fc34d528390 [0x7fffa74aa8e0]> { URL = \"file:///Library/"
          + "StagedExtensions/Library/Extensions/%s.kext/\", ID = \"%s\" }\n";
  private static final String OUR_POLICY =
      REJECTED.formatted("system policy", "wdavkext", "com.microsoft.wdavkext");
  private static final String OUR_SIGNATURE =
      REJECTED.formatted("invalid signature", "wdavkext", "com.microsoft.wdavkext");
  private static final String OWNERSHIP =
      REJECTED.formatted("improper filesystem permissions", "wdavkext", "com.microsoft.wdavkext");
  private static final String THEIR_SIGNATURE =
      REJECTED.formatted("invalid signature", "foo", "com.example.kext.foo");

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
  void aSilentRunIsToldByItsCode(int exitCode, Boolean listed, Outcome outcome) {
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
  void wordsOfKextutilAreUnderstood(int exitCode, String line, Outcome outcome) {
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
  void wordsOfTheShimAreUnderstood(int exitCode, String line, Outcome outcome) {
    String chatter = "Executing: /usr/bin/kmutil load --bundle-path " + PATH + "\n";
    Attempt attempt = classify(exitCode, chatter + line, KernelEntry.NOT_LOADED);
    assertEquals(new Attempt(AT, outcome, exitCode, line), attempt);
  }

  @Test
  void troubleWithOurKextWinsOverThePolicy() {
    assertEquals(Outcome.BAD_SIGNATURE, outcome(27, OUR_SIGNATURE + OUR_POLICY));
    assertEquals(Outcome.BAD_SIGNATURE, outcome(27, OUR_POLICY + OUR_SIGNATURE));
    assertEquals(
        Outcome.BAD_SIGNATURE,
        outcome(
            27,
            OUR_POLICY + "Diagnostics for " + PATH + ":\nCode Signing Failure: not code signed"));
  }

  @Test
  void troubleOfOthersIsTheirs() {
    assertEquals(Outcome.POLICY_BLOCKED, outcome(27, THEIR_SIGNATURE + OUR_POLICY));
    assertEquals(Outcome.POLICY_BLOCKED, outcome(27, THEIR_SIGNATURE));
    assertEquals(Outcome.BAD_SIGNATURE, outcome(4, THEIR_SIGNATURE + OUR_SIGNATURE));
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, THEIR_SIGNATURE));
    String theirPolicy = REJECTED.formatted("system policy", "foo", "com.example.kext.foo");
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, theirPolicy));
    assertEquals(Outcome.FAILED, outcome(4, THEIR_SIGNATURE + "Diagnostics for " + PATH + ":\n"));
    String theirDiagnosis = "Diagnostics for /Library/Extensions/foo.kext:\nnot code signed\n";
    assertEquals(Outcome.POLICY_BLOCKED, outcome(27, theirDiagnosis + OUR_POLICY));
    assertEquals(Outcome.LOADED_NOTHING, outcome(0, THEIR_SIGNATURE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.microsoft.wdavkext2",
        "com.microsoft.wdavkext-beta",
        "com.microsoft.wdavkext.helper",
        "org.com.microsoft.wdavkext"
      })
  void aNameThatOnlyHoldsOursIsAnothers(String bundle) {
    String text = REJECTED.formatted("invalid signature", "other", bundle);
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, text));
    String file = REJECTED.formatted("invalid signature", "notwdavkext", "org.example.other");
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, file));
  }

  @Test
  void aPathInAUrlIsOursThoughItIsEncoded() {
    WatchedExtension spaced =
        new WatchedExtension(
            "/Library/Extensions/My Kext.kext", "org.example.kext.my", "ABCDEFGHIJ");
    String text = "Unable to stage kext (file:///Library/Extensions/My%20Kext.kext/) to secure.";
    ToolRun run = new ToolRun.Finished(27, "", text);
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, spaced);
    assertEquals(Outcome.STAGING_FAILED, attempt.outcome());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Kext with invalid signature (-67050) allowed: <OSKext 0x1 [0x2]> { ID = \"%s\" }",
        "Kext with invalid signatured (-67062) allowed: <OSKext 0x1 [0x2]> { ID = \"%s\" }",
        "Kext with invalid signature (-67050) allowed: /Library/StagedExtensions/Library/"
            + "Extensions/0F1E2D3C-4B5A-4968-8778-695A4B3C2D1E.kext",
        "WARNING - Invalid signature -67062 0xFFFFFFFFFFFEFA0A for kext \"%s\"",
        "kext-dev-mode allowing invalid signature -67050 0xFFFFFFFFFFFEFA16 for kext \"%s\"",
        "kext signature failure override allowing invalid signature -67050 for kext \"%s\"",
        "kext %s is in hash exception list, allowing to load",
      })
  void aSignatureThatIsAllowedIsNoTrouble(String line) {
    String allowed = line.formatted("com.microsoft.wdavkext") + "\n";
    String diagnosis =
        """
        Invalid signature -67050 for kext <OSKext 0x1 [0x2]> { ID = "com.microsoft.wdavkext" }
        Code Signing Failure: code signature is invalid
        """;
    assertEquals(Outcome.POLICY_BLOCKED, outcome(27, allowed + diagnosis + OUR_POLICY));
    assertEquals(Outcome.FAILED, outcome(6, allowed + diagnosis));
    assertEquals(Outcome.BAD_OWNERSHIP, outcome(4, allowed + OWNERSHIP + diagnosis));
    assertEquals(Outcome.BAD_SIGNATURE, outcome(4, diagnosis));
    assertEquals(Outcome.BAD_SIGNATURE, outcome(4, allowed + OUR_SIGNATURE), "refused in spite");
  }

  @Test
  void anotherKextsSignatureMayBeAllowedAndOursNot() {
    String allowed = "Kext with invalid signatured (-67062) allowed: { ID = \"org.example.x\" }\n";
    String theirStart = "(kernel) Kext org.example.x start failed (result 0x5).\n";
    String ours = "Diagnostics for " + PATH + ":\nCode Signing Failure: not code signed\n";
    assertEquals(Outcome.BAD_SIGNATURE, outcome(4, allowed + theirStart + ours));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Failed to load %s - (libkern/kext) link error.",
        "Failed to load %s - (libkern/kext) kext (kmod) start/stop routine failed.",
        "Failed to load %s - (libkern/kext) dependency resolution failure.",
        "%s failed to load - (libkern/kext) link error; check the system/kernel logs for errors or"
            + " try kextutil(8).",
        "(kernel) Kext com.microsoft.wdavkext start failed (result 0x5).",
        "(kernel) Can't load kext com.microsoft.wdavkext - link failed.",
      })
  void aFailureOfTheKernelIsToldInTheLastWordsOnOurKext(String line) {
    String text = line.formatted(PATH);
    String output =
        "Diagnostics for "
            + PATH
            + ":\nCode Signing Failure: not code signed\n"
            + "(kernel) Failed to load executable for kext com.microsoft.wdavkext.\n"
            + text
            + "\nCheck library declarations for your kext with kextlibs(8).\n"
            + "(kernel) Kext org.example.x start failed (result 0x5).\n"
            + "Something that names no kext\n";
    for (int exitCode : new int[] {1, 6, 71}) {
      Attempt expected = new Attempt(AT, Outcome.FAILED, exitCode, text);
      assertEquals(expected, classify(exitCode, output, KernelEntry.NOT_LOADED));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wdavkext, true, BAD_SIGNATURE",
    "wdavkext, false, BAD_SIGNATURE",
    "foo, true, FOREIGN_EXTENSION",
    "foo, false, FOREIGN_EXTENSION",
    "Pen Tablet, true, FOREIGN_EXTENSION",
  })
  void aStagedCopyIsWhoseTheNextLineSays(String kext, boolean isBundleNamed, Outcome outcome) {
    String copy =
        "/Library/StagedExtensions/Library/Extensions/0F1E2D3C-4B5A-4968-8778-695A4B3C2D1E.kext\n";
    String original = "/Library/Extensions/" + kext + ".kext";
    String output =
        ("Kext with invalid signature (-67062) denied: " + copy)
            + (isBundleNamed
                ? "Bundle (" + original + ") failed to validate, deleting: " + copy
                : "")
            + ("Unable to stage kext (" + original + ") to secure location.\n");
    assertEquals(outcome, outcome(4, output));
    assertTrue(classify(4, output, KernelEntry.NOT_LOADED).detail().contains("-67062"));
    boolean isOurs = outcome == Outcome.BAD_SIGNATURE;
    assertEquals(isOurs ? outcome : Outcome.POLICY_BLOCKED, outcome(27, output + OUR_POLICY));
  }

  @Test
  void ofSeveralCopiesEachIsItsOwners() {
    String first = "/Library/StagedExtensions/11111111-4B5A-4968-8778-695A4B3C2D1E.kext\n";
    String second = "/Library/StagedExtensions/22222222-4B5A-4968-8778-695A4B3C2D1E.kext\n";
    String output =
        ("Kext with invalid signature (-67062) denied: " + first)
            + ("Kext with invalid signature (-67050) denied: " + second)
            + ("Bundle (" + PATH + ") failed to validate, deleting: " + second)
            + ("Bundle (/Library/Extensions/foo.kext) failed to validate, deleting: " + first);
    assertEquals(
        "Kext with invalid signature (-67050) denied: /Library/StagedExtensions/<UUID>.kext",
        classify(27, output + OUR_POLICY, KernelEntry.NOT_LOADED).detail());
  }

  @Test
  void whatTheKernelListsAfterAGoodRunIsLoadedWhateverWasSaid() {
    assertEquals(
        new Attempt(AT, Outcome.LOADED, 0, ""), classify(0, OUR_SIGNATURE + OUR_POLICY, LOADED));
    assertEquals(Outcome.POLICY_BLOCKED, classify(27, OUR_POLICY, LOADED).outcome());
  }

  @Test
  void wordsOnStdoutCountToo() {
    ToolRun run = new ToolRun.Finished(4, OUR_SIGNATURE, "");
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    assertEquals(Outcome.BAD_SIGNATURE, attempt.outcome());
  }

  @Test
  void aRunThatIsKilledSaysNothing() {
    ToolRun run = new ToolRun.TimedOut("", OUR_POLICY);
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    assertEquals(Outcome.TIMEOUT, attempt.outcome());
    assertNull(attempt.exitCode());
  }

  @ParameterizedTest
  @EnumSource(ToolRun.Cause.class)
  void aRunThatNeverWasIsAFailureUnlessWeAreStopping(ToolRun.Cause cause) {
    ToolRun run = new ToolRun.NotRun(cause, "/usr/bin/kextutil is not there");
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, WatchedExtension.DEFENDER);
    boolean isStopping = cause == ToolRun.Cause.INTERRUPTED;
    assertEquals(isStopping ? Outcome.TIMEOUT : Outcome.FAILED, attempt.outcome());
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

  private static Outcome outcome(int exitCode, String text) {
    return classify(exitCode, text, KernelEntry.NOT_LOADED).outcome();
  }

  private static Attempt classify(int exitCode, String stderr, KernelEntry after) {
    ToolRun run = new ToolRun.Finished(exitCode, "", stderr);
    return Classification.of(AT, run, after, WatchedExtension.DEFENDER);
  }
}
