package org.kextwatch.agent.remedy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.remedy.LoaderRuns.AT;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_POLICY;
import static org.kextwatch.agent.remedy.LoaderRuns.OUR_SIGNATURE;
import static org.kextwatch.agent.remedy.LoaderRuns.PATH;
import static org.kextwatch.agent.remedy.LoaderRuns.REJECTED;
import static org.kextwatch.agent.remedy.LoaderRuns.THEIR_SIGNATURE;
import static org.kextwatch.agent.remedy.LoaderRuns.classify;
import static org.kextwatch.agent.remedy.LoaderRuns.outcome;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** Which kext each statement of the loader is about. */
final class LoaderSubjectTest {
  @Test
  void aProblemOfOurKextCountsMoreThanThePolicy() {
    assertEquals(Outcome.BAD_SIGNATURE, outcome(27, OUR_SIGNATURE + OUR_POLICY));
    assertEquals(Outcome.BAD_SIGNATURE, outcome(27, OUR_POLICY + OUR_SIGNATURE));
    assertEquals(
        Outcome.BAD_SIGNATURE,
        outcome(
            27,
            OUR_POLICY + "Diagnostics for " + PATH + ":\nCode Signing Failure: not code signed"));
  }

  @Test
  void aProblemOfAnotherKextIsNotOurs() {
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
  void aNameThatOnlyContainsOursIsAnothers(String bundle) {
    String text = REJECTED.formatted("invalid signature", "other", bundle);
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, text));
    String file = REJECTED.formatted("invalid signature", "notwdavkext", "org.example.other");
    assertEquals(Outcome.FOREIGN_EXTENSION, outcome(4, file));
  }

  @Test
  void anEncodedPathInAUrlIsOurs() {
    WatchedExtension spaced =
        new WatchedExtension(
            "/Library/Extensions/My Kext.kext", "org.example.kext.my", "ABCDEFGHIJ");
    String text = "Unable to stage kext (file:///Library/Extensions/My%20Kext.kext/) to secure.";
    ToolRun run = new ToolRun.Finished(27, "", text);
    Attempt attempt = Classification.of(AT, run, KernelEntry.NOT_LOADED, spaced);
    assertEquals(Outcome.STAGING_FAILED, attempt.outcome());
  }

  @ParameterizedTest
  @CsvSource({
    "wdavkext, true, BAD_SIGNATURE",
    "wdavkext, false, BAD_SIGNATURE",
    "foo, true, FOREIGN_EXTENSION",
    "foo, false, FOREIGN_EXTENSION",
    "Pen Tablet, true, FOREIGN_EXTENSION",
  })
  void aStagedCopyBelongsToTheKextOfTheNextLine(
      String kext, boolean isBundleNamed, Outcome outcome) {
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
  void eachOfSeveralCopiesBelongsToItsOwnKext() {
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
}
