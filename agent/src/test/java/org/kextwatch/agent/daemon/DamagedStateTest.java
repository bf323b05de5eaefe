package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.ChangeRateLimit;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.VerdictSince;

/**
 * A state in which one value is another: the daemon starts, loses that part alone, and does and
 * reports what it would without it. For more: -Dkextwatch.damages=2000.
 */
class DamagedStateTest {
  private static final long SEQUENCE = 41;
  private static final int SOME = Integer.getInteger("kextwatch.damages", 15);

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "\"\"",
          "\"unknown_word\"",
          "\"protected\"",
          "0",
          "-1",
          "7",
          "1.5",
          "1e308",
          "-2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "\"-1000000000-01-01T00:00:00Z\"",
          "\"+1000000000-12-31T23:59:59.999999999Z\"",
          "\"1970-01-01T00:00:00Z\"",
          "\"2126-11-23T12:00:00Z\"",
          "[]",
          "{}",
          "[null]",
          "[{}]",
          "\"" + "x".repeat(400_000) + "\"",
          "\"" + "x".repeat(1 << 20) + "\"",
          "[".repeat(30) + "]".repeat(30),
          "[".repeat(2_000) + "]".repeat(2_000));

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

  private static State state() {
    LoadHistory loads =
        LoadHistory.NONE
            .seen(EventSamples.NOW, "boot", "1", Grant.USER)
            .beginning(EventSamples.NOW, Trigger.PROMPT_RENEWAL)
            .beginning(EventSamples.NOW, Trigger.APPROVED)
            .ended(EventSamples.ATTEMPT)
            .allowing(false)
            .listing(EventSamples.NOW, true);
    return new State(
        State.SCHEMA,
        "0a1b2c3d",
        StrangeMac.UUID,
        "9b2d0c1e-6a0f-4f8e-8a64-0d3b7c5e2f11",
        SEQUENCE,
        EventSamples.STATUS,
        loads,
        new Debounce(EventSamples.NOW, EventSamples.NOW, true, true, "101.1"),
        new DroppedRanges(3, List.of(new DroppedData(3, 5, 3, DropReason.EVICTED))),
        new State.UnsavedAttempt(EventSamples.ATTEMPT, Trigger.APPROVED),
        new LostSight(Map.of("health.licensed", EventSamples.NOW)),
        new ChangeRateLimit(List.of(EventSamples.NOW), EventSamples.NOW),
        new VerdictSince(
            EventSamples.STATUS.verdict(), EventSamples.STATUS.reason(), EventSamples.NOW),
        new Hardware("C02XK0AAJG5H", StrangeMac.UUID, "Mac", "x86_64", "Anna's Mac", null));
  }

  /** Each place of the document, as its member names. */
  private static List<List<Object>> places() {
    List<List<Object>> places = new ArrayList<>();
    addPlaces(document(), List.of(), places);
    return places;
  }

  private static Object document() {
    try {
      return Json.read(Object.class, Json.write(state()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void addPlaces(Object value, List<Object> above, List<List<Object>> places) {
    Map<Object, Object> members = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      members.putAll(map);
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      members.put(0, list.get(0));
    }
    members.forEach(
        (name, member) -> {
          List<Object> place = new ArrayList<>(above);
          place.add(name);
          places.add(place);
          addPlaces(member, place, places);
        });
  }

  private static List<Damage> damages() {
    List<Damage> all = new ArrayList<>();
    for (List<Object> place : places()) {
      VALUES.forEach(value -> all.add(new Damage(place, value)));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(World.class)
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void theDaemonDoesWhatItWouldWithoutIt(World world) throws Exception {
    List<Damage> damages = damages();
    Random random = new Random(world.name().hashCode());
    for (int i = 0; i < SOME; i++) {
      Damage damage = damages.get(random.nextInt(damages.size()));
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
    holds(new Damage(List.of(part, member), value).document(), part, world, folder.resolve("mac"));
  }

  private void holds(String document, String part, World world, Path mac) throws Exception {
    Files.writeString(folder.resolve("state.json"), document);
    StateFile.Loaded loaded = file.load(StrangeMac.UUID);
    State state = loaded.state();
    if (!loaded.isNew()) {
      assertEquals(kept(state(), part), kept(state, part), "what else is lost");
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
    return ((Map<?, ?>) document()).keySet().stream().map(String::valueOf);
  }

  @ParameterizedTest
  @MethodSource("members")
  void ofAMemberThatComesTwiceNeitherCounts(String name) throws Exception {
    String document = new String(Json.write(state()), StandardCharsets.UTF_8);
    Map<?, ?> members = (Map<?, ?>) document();
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
          new String(Json.write(state()), StandardCharsets.UTF_8)
              .replaceFirst(
                  "\"fromSequence\":3,\"toSequence\":5,\"count\":3", "\"fromSequence\":" + range);
      Files.writeString(folder.resolve("state.json"), document);
      State state = file.load(StrangeMac.UUID).state();
      assertEquals(SEQUENCE, state.sequence());
      assertTrue(state.losses().reasonFor(SEQUENCE + 1).isEmpty(), range);
      assertTrue(state.losses().untold().isEmpty(), range);
    }
  }

  /** One place and what stands there instead. */
  private record Damage(List<Object> place, String value) {
    private static final String MARK = "@damage@";

    String part() {
      return String.valueOf(place.get(0));
    }

    String document() {
      Object document = DamagedStateTest.document();
      set(document, place);
      return Json.text(document).replace("\"" + MARK + "\"", value);
    }

    @SuppressWarnings("unchecked")
    private static void set(Object in, List<Object> at) {
      Object name = at.get(0);
      if (at.size() > 1) {
        set(
            in instanceof List<?> list ? list.get(0) : ((Map<?, ?>) in).get(name),
            at.subList(1, at.size()));
      } else if (in instanceof List<?> list) {
        ((List<Object>) list).set(0, MARK);
      } else {
        ((Map<Object, Object>) in).put(name, MARK);
      }
    }

    @Override
    public String toString() {
      return place + " = " + value.substring(0, Math.min(value.length(), 60));
    }
  }
}
