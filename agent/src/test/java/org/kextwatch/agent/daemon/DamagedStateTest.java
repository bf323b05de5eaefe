package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.daemon.StrangeMac.World;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.spool.SpoolEntry;

/**
 * A state in which one value is another: the daemon starts, loses that part alone, and does and
 * reports what it would without it. For more: -Dkextwatch.damages=2000.
 */
class DamagedStateTest {
  private static final int SOME = Integer.getInteger("kextwatch.damages", 15);

  /** Without these nobody knows which stream it is, or whose. */
  private static final Set<String> STREAM =
      Set.of("streamId", "sequence", "hardwareUuid", "pseudonym");

  @TempDir private Path folder;

  private StateFile file;

  @BeforeEach
  void layOut() throws IOException {
    StubMac.allow(folder, "rwx------");
    file = new StateFile(folder.resolve("state.json"), new UnforcedDisk());
  }

  @ParameterizedTest
  @EnumSource(World.class)
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void theDaemonDoesWhatItWouldWithoutIt(World world) throws Exception {
    List<StateDamage> damages = StateDamage.all();
    Random random = new Random(world.name().hashCode());
    for (int i = 0; i < SOME; i++) {
      StateDamage damage = damages.get(random.nextInt(damages.size()));
      try {
        holds(damage.document(), damage.part(), world, folder.resolve("mac-" + i));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(world + ": " + damage + ": " + e, e);
      }
    }
  }

  /** What stopped each look, was repeated, or took other parts with it. */
  @ParameterizedTest
  @CsvSource({
    "loads, attempts, -1, APPROVED",
    "loads, attempts, -2147483648, APPROVED",
    "steadiness, fallSeenAt, '\"+1000000000-12-31T23:59:59.999999999Z\"', NEVER_ASKED",
    "steadiness, settledAt, '\"+1000000000-12-31T23:59:59.999999999Z\"', SILENT",
    "ration, times, 0, SILENT",
    "judged, since, true, PROTECTED"
  })
  void whatWasFoundHolds(String part, String member, String value, World world) throws Exception {
    holds(
        new StateDamage(List.of(part, member), value).document(),
        part,
        world,
        folder.resolve("mac"));
  }

  private void holds(String document, String part, World world, Path mac) throws Exception {
    Files.writeString(folder.resolve("state.json"), document);
    StateFile.Loaded loaded = file.load(StrangeMac.UUID);
    State state = loaded.state();
    if (!loaded.isNew()) {
      assertEquals(kept(StateDamage.state(), part), kept(state, part), "what else is lost");
    }
    boolean mayBeNew = STREAM.contains(part) || document.length() > 1 << 20 || isDeep(document);
    assertTrue(mayBeNew || !loaded.isNew(), "a new stream: " + loaded.warning());
    StrangeMac life = new StrangeMac(world, mac, file);
    life.run();
    boolean isKept = !loaded.isNew() && SpoolEntry.hasNumbersAfter(state.sequence());
    life.check(isKept ? state.sequence() : 0);
  }

  /** The parser has a limit, at which nothing can be skipped. */
  private static boolean isDeep(String document) {
    return document.contains("[".repeat(200));
  }

  /** All parts but one. */
  private static Map<String, Object> kept(State state, String part) {
    Map<String, Object> parts = new LinkedHashMap<>();
    parts.put("streamId", state.streamId());
    parts.put("sequence", state.sequence());
    parts.put("pseudonym", state.pseudonym());
    parts.put("told", state.told());
    parts.put("loads", state.loads());
    parts.put("steadiness", state.steadiness());
    parts.put("losses", state.losses());
    parts.put("unkept", state.unkept());
    parts.put("lostSight", state.lostSight());
    parts.put("ration", state.ration());
    parts.put("judged", state.judged());
    parts.put("hardware", state.hardware());
    parts.remove(part);
    if (part.equals("sequence")) {
      parts.remove("losses"); // of events after it none can be lost
    }
    return parts;
  }

  /** A member that comes twice may say two things: neither counts. */
  static Stream<String> members() {
    return ((Map<?, ?>) StateDamage.sound()).keySet().stream().map(String::valueOf);
  }

  @ParameterizedTest
  @MethodSource("members")
  void ofAMemberThatComesTwiceNeitherCounts(String name) throws Exception {
    String document = new String(Json.write(StateDamage.state()), StandardCharsets.UTF_8);
    Map<?, ?> members = (Map<?, ?>) StateDamage.sound();
    String other =
        switch (name) {
          case "sequence" -> "3";
          case "streamId" -> "\"another\"";
          case "hardwareUuid", "pseudonym" -> "\"9b2d0c1e\"";
          case "schema" -> "1";
          default -> Json.text(members.get(name));
        };
    String twice =
        document.substring(0, document.length() - 1) + ",\"" + name + "\":" + other + "}";
    holds(twice, name, World.PROTECTED, folder.resolve("mac"));
    Files.writeString(folder.resolve("state.json"), twice);
    StateFile.Loaded loaded = file.load(StrangeMac.UUID);
    assertEquals(STREAM.contains(name), loaded.isNew(), loaded.warning());
  }

  /** A loss that no stream can have must not make events disappear. */
  @Test
  void rangesThatCannotBeDropNothing() throws Exception {
    for (String range :
        List.of(
            "-9223372036854775808,\"toSequence\":9223372036854775807,\"count\":0",
            "-5,\"toSequence\":99,\"count\":105",
            "1,\"toSequence\":99999999,\"count\":99999999",
            "9,\"toSequence\":3,\"count\":-5")) {
      String document =
          new String(Json.write(StateDamage.state()), StandardCharsets.UTF_8)
              .replaceFirst(
                  "\"fromSequence\":3,\"toSequence\":5,\"count\":3", "\"fromSequence\":" + range);
      Files.writeString(folder.resolve("state.json"), document);
      State state = file.load(StrangeMac.UUID).state();
      assertEquals(StateDamage.SEQUENCE, state.sequence());
      assertTrue(state.losses().reasonFor(StateDamage.SEQUENCE + 1).isEmpty(), range);
      assertTrue(state.losses().untold().isEmpty(), range);
    }
  }
}
