package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Outcome;

/** How often kextstat runs. */
final class KernelMemoryTest extends OnAStubMac {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final PolicyResult NO_ROW = new PolicyRows(List.of(), List.of(), false);
  private static final PolicyResult OTHERS = new PolicyRows(List.of(), List.of(), true);

  private static final Attempt BLOCKED =
      new Attempt(Instant.parse("2026-11-23T18:30:00Z"), Outcome.POLICY_BLOCKED, 27, "");

  private KernelMemory memory;

  @BeforeEach
  void aListWithoutTheKext() {
    mac.tool(Tool.KEXTSTAT, "echo Index Refs");
    memory = new KernelMemory(new KernelList(mac.tools()));
  }

  @Test
  void whileApprovalIsAwaitedTheListIsAskedOnce() {
    assertEquals(false, read(NO_ROW, null, true));
    assertEquals(false, read(NO_ROW, null, true));
    assertEquals(1, runs());
  }

  @Test
  void anotherAnswerOfTheDatabaseAsksAgain() {
    read(NO_ROW, null, true);
    read(OTHERS, null, true);
    assertEquals(2, runs());
  }

  @Test
  void anAttemptAsksAgain() {
    read(NO_ROW, null, true);
    read(NO_ROW, BLOCKED, true);
    assertEquals(2, runs());
    read(NO_ROW, BLOCKED, true);
    assertEquals(2, runs());
  }

  @Test
  void aFullLookAsksAgain() {
    read(NO_ROW, null, true);
    memory.forget();
    read(NO_ROW, null, true);
    assertEquals(2, runs());
  }

  @Test
  void whereNothingIsAwaitedEachLookAsks() {
    read(NO_ROW, null, false);
    read(NO_ROW, null, false);
    assertEquals(2, runs());
  }

  /** Then the list is the only sign of an approval. */
  @Test
  void whileTheDatabaseCannotBeReadEachLookAsks() {
    PolicyResult unreadable = new PolicyResult.Unreadable("it is locked");
    read(unreadable, null, true);
    read(unreadable, null, true);
    assertEquals(2, runs());
  }

  @Test
  void aFailureIsNotRemembered() {
    mac.tool(Tool.KEXTSTAT, "exit 1");
    assertEquals(null, read(NO_ROW, null, true));
    assertEquals(null, read(NO_ROW, null, true));
    assertEquals(2, runs());
  }

  @Test
  void anAnswerCountsForItsKextAlone() {
    read(NO_ROW, null, true);
    memory.listed(
        new WatchedExtension("/Library/Extensions/o.kext", "com.o.k", "TEAM"),
        TIMEOUT,
        NO_ROW,
        null,
        true);
    assertEquals(2, runs());
  }

  private @Nullable Boolean read(PolicyResult policy, @Nullable Attempt last, boolean isAwaited) {
    return memory.listed(WatchedExtension.DEFENDER, TIMEOUT, policy, last, isAwaited).loaded();
  }

  private int runs() {
    return mac.calls(Tool.KEXTSTAT).size();
  }
}
