package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kextwatch.agent.remedy.LoaderRuns.AT;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_POLICY;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_SIGNATURE;
import static org.kextwatch.agent.remedy.LoaderRuns.PATH;
import static org.kextwatch.agent.remedy.LoaderRuns.REJECTED;
import static org.kextwatch.agent.remedy.LoaderRuns.classify;
import static org.kextwatch.agent.remedy.LoaderRuns.outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** A bad signature that macOS allows does not explain a failure. */
final class ToleratedSignatureTest {
  private static final String OWNERSHIP =
      REJECTED.formatted("improper filesystem permissions", "wdavkext", "com.microsoft.wdavkext");

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
  void aSignatureThatIsAllowedIsNoProblem(String line) {
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
    assertEquals(
        Outcome.BAD_SIGNATURE, outcome(4, allowed + OUR_SIGNATURE), "refused nevertheless");
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
  void aFailureOfTheKernelHasTheLastSentenceAboutOurKext(String line) {
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
}
