package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The drawing of the rooms in {@code agent/README.md} shows what the code is. */
class RoomsTest {
  private static final Path PAGE = Script.AGENT.resolve("README.md");
  private static final String BEGIN =
      "<!-- The rooms: RoomsTest compares this with the classes. -->\n";
  private static final double LARGEST = 0.15;

  @Test
  void theDrawingIsWhatTheClassesUse() throws IOException {
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    String drawing = Rooms.of(HouseTest.PROGRAM, "org.kextwatch.agent").drawing();
    assertEquals(
        drawing,
        page.substring(begin, page.indexOf("```\n", begin + 3) + 4),
        "put the expected drawing into " + PAGE);
  }

  @Test
  void anArrowThatFollowsFromOthersIsLeftOut() {
    Rooms rooms = new Rooms(Map.of("a", Set.of("b", "c"), "b", Set.of("c"), "c", Set.of()));
    assertEquals("```mermaid\ngraph TD\n  a --> b\n  b --> c\n```\n", rooms.drawing());
    assertEquals(2, rooms.height("a"));
  }

  @Test
  void aCircleCannotBeDrawn() {
    Rooms rooms = new Rooms(Map.of("a", Set.of("b"), "b", Set.of("a")));
    assertThrows(IllegalStateException.class, rooms::drawing);
  }

  @Test
  void noRoomIsMuchLargerThanTheOthers() throws IOException {
    Map<String, Long> lines = new LinkedHashMap<>();
    for (String room : House.ROOMS.keySet()) {
      lines.put(room, HouseSize.lines(HouseTest.SOURCES.resolve("org/kextwatch/agent/" + room)));
    }
    long all = lines.values().stream().mapToLong(Long::longValue).sum();
    List<String> large =
        lines.entrySet().stream()
            .filter(room -> room.getValue() >= LARGEST * all)
            .map(room -> "%s has %d of %d lines".formatted(room.getKey(), room.getValue(), all))
            .toList();
    assertEquals(List.of(), large);
  }

  /** The modules beside the agent: the simulator uses nothing of it, and no room uses them. */
  @Test
  void theSimulatorUsesNothingOfTheAgent() throws IOException {
    assertEquals(List.of(), naming("simulator/src/main/java", "org.kextwatch.agent"));
    assertEquals(List.of(), naming("src/main/java", "org.kextwatch.simulator"));
    assertEquals(List.of(), naming("src/main/java", "org.kextwatch.demo"));
    assertTrue(naming("demo/src/main/java", "org.kextwatch.agent").size() > 1);
  }

  private static List<Path> naming(String sources, String address) throws IOException {
    try (Stream<Path> files = Files.walk(Script.AGENT.resolve(sources))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(
              file -> {
                try {
                  return Files.readString(file).contains(address);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              })
          .toList();
    }
  }
}
