package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The daemon takes over what an earlier release left: a full spool, a state, an old profile. It is
 * killed again and again while it does. That earlier releases can take over from it is in
 * VersionsBackIT.
 */
class VersionsIT extends OnAMac {
  /** 2 in mvn verify, 20 with -Psoak. */
  private static final int KILLS = Math.min(20, Integer.getInteger("kextwatch.kills", 20) / 10);

  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);

  static Stream<RecordedRelease> releases() throws IOException {
    return RecordedRelease.versions().stream().map(RecordedRelease::new);
  }

  @ParameterizedTest
  @MethodSource("releases")
  void whatAnEarlierReleaseLeftIsTakenOver(RecordedRelease release) throws Exception {
    try (FickleReceiver receiver = new FickleReceiver(rig.inbound, rig.endpoint())) {
      Map<Long, String> waiting = release.layOut(rig, receiver.address());
      assertTrue(waiting.size() >= 20);
      Map<String, String> settings = RecordedRelease.settingsOf(rig);
      ReleaseLives lives = new ReleaseLives(rig, receiver, SEED);
      lives.live(List.of(Rig.PROGRAM), KILLS);
      assertEquals(List.of(), lives.flaws(waiting), "seed " + SEED);
      assertEquals(settings, RecordedRelease.settingsOf(rig));
      assertEquals("", rig.printed());
    }
  }
}
