package org.kextwatch.agent.remedy;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.Seeds;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Trigger;

/** What kextutil and kmutil print. The first byte stands for the exit code. */
public final class LoaderFuzz {
  private static final int[] CODES = {0, 1, 27, 28, 29, 66, 71, 77};
  private static final KernelEntry[] LISTS = {
    KernelEntry.UNKNOWN, KernelEntry.NOT_LOADED, new KernelEntry(true, "1")
  };
  private static final Instant NOW = StatusSamples.NOON;

  private LoaderFuzz() {}

  public static List<FuzzTarget> targets() {
    List<byte[]> seeds =
        Seeds.texts("/recordings/kext", "\\d+-.*(kextutil|kextload|kmutil|SRC|kextcache).*")
            .stream()
            .map(text -> ("\2" + text).getBytes(StandardCharsets.UTF_8))
            .toList();
    return List.of(new FuzzTarget("kextutil", seeds, LoaderFuzz::load));
  }

  private static void load(byte[] input) {
    int first = input.length == 0 ? 0 : input[0] & 0xff;
    String text =
        new String(
            Arrays.copyOfRange(input, Math.min(1, input.length), input.length),
            StandardCharsets.UTF_8);
    int code = CODES[first % CODES.length];
    KernelEntry after = LISTS[first / CODES.length % LISTS.length];
    ToolRun run = new ToolRun.Finished(code, "", text);
    Attempt attempt = Classification.of(NOW, run, after, WatchedExtension.DEFENDER);
    boolean mayBeLoaded = code == 0 && !Boolean.FALSE.equals(after.loaded());
    check(attempt.outcome() != Outcome.LOADED || mayBeLoaded, "loaded without evidence");
    check(attempt.detail().length() <= 500, "a long detail");
    check(attempt.detail().lines().count() <= 1, "a detail of several lines");
    LoadHistory history =
        LoadHistory.NONE
            .seen(NOW, "boot", "1", Grant.NONE)
            .beginning(NOW, Trigger.PROMPT_RENEWAL)
            .ended(attempt);
    Decision decision =
        Remedy.decide(
            StatusSamples.AWAITING,
            history,
            Settings.defaults(),
            false,
            false,
            NOW.plusSeconds(100_000));
    check(decision instanceof Decision.Nothing, "kextutil again without a reason");
  }
}
