package org.kextwatch.agent.remedy;

import java.time.Instant;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** Output of kextutil, and its classification. */
final class LoaderRuns {
  static final Instant AT = Instant.parse("2026-11-23T18:45:17Z");
  static final String PATH = "/Library/Extensions/wdavkext.kext";
  static final String REJECTED =
      "Kext rejected due to %s: <OSKext 0x7fc34d528390 [0x7fffa74aa8e0]> { URL = \"file:///Library/"
          + "StagedExtensions/Library/Extensions/%s.kext/\", ID = \"%s\" }\n";
  static final String OUR_POLICY =
      REJECTED.formatted("system policy", "wdavkext", "com.microsoft.wdavkext");
  static final String OUR_SIGNATURE =
      REJECTED.formatted("invalid signature", "wdavkext", "com.microsoft.wdavkext");
  static final String THEIR_SIGNATURE =
      REJECTED.formatted("invalid signature", "foo", "com.example.kext.foo");

  private LoaderRuns() {}

  static Outcome outcome(int exitCode, String text) {
    return classify(exitCode, text, KernelEntry.NOT_LOADED).outcome();
  }

  static Attempt classify(int exitCode, String stderr, KernelEntry after) {
    ToolRun run = new ToolRun.Finished(exitCode, "", stderr);
    return Classification.of(AT, run, after, WatchedExtension.DEFENDER);
  }
}
