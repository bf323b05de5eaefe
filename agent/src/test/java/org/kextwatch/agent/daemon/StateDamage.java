package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.Hardware;
import org.kextwatch.agent.status.ChangeRateLimit;
import org.kextwatch.agent.status.Debounce;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.LostSight;
import org.kextwatch.agent.status.Trigger;
import org.kextwatch.agent.status.VerdictSince;

/**
 * A saved state with another value at one place.
 *
 * @param place the names of the members that lead there
 * @param value in JSON
 */
record StateDamage(List<Object> place, String value) {
  static final long SEQUENCE = 41;

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

  static State state() {
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
    addPlaces(sound(), List.of(), places);
    return places;
  }

  static Object sound() {
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

  static List<StateDamage> all() {
    List<StateDamage> all = new ArrayList<>();
    for (List<Object> place : places()) {
      VALUES.forEach(value -> all.add(new StateDamage(place, value)));
    }
    return all;
  }

  private static final String MARK = "@damage@";

  String part() {
    return String.valueOf(place.get(0));
  }

  String document() {
    Object document = sound();
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
