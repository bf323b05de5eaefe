package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Schemas;

/**
 * What a later release writes has what an earlier one looks for: each member that the earlier one
 * wrote, of the same kind. The earlier program itself reads it in VersionsBackIT.
 */
class RecordedReleasesTest {
  @Test
  void anEarlierReleaseFindsWhatItLooksFor() throws IOException {
    List<String> versions = RecordedRelease.versions();
    assertTrue(versions.size() >= 2);
    for (int later = 1; later < versions.size(); later++) {
      for (int earlier = 0; earlier < later; earlier++) {
        RecordedRelease reader = new RecordedRelease(versions.get(earlier));
        RecordedRelease writer = new RecordedRelease(versions.get(later));
        for (String file : List.of("state.json", "status.json")) {
          assertEquals(List.of(), lost(reader.read(file), writer.read(file)));
        }
        Map<String, String> written = events(writer);
        events(reader)
            .forEach(
                (type, event) -> {
                  if (written.containsKey(type)) {
                    assertEquals(List.of(), lost(event, written.get(type)), type);
                  }
                });
      }
    }
  }

  @Test
  void whatIsMissingOrOfAnotherKindIsFound() {
    assertEquals(
        List.of(".a.b is missing", ".c is no text", ".d[].e is missing"),
        lost(
            "{\"a\":{\"b\":1},\"c\":\"x\",\"d\":[{\"e\":1}],\"f\":null,\"g\":2}",
            "{\"a\":{},\"c\":5,\"d\":[{}],\"f\":1,\"g\":null,\"h\":1}"));
  }

  /** The name of a file in the spool is known by its form. */
  @Test
  void theNamesOfTheEventsHaveOneForm() throws IOException {
    for (String version : RecordedRelease.versions()) {
      Path spool = new RecordedRelease(version).folder().resolve("spool");
      try (Stream<Path> files = Files.list(spool)) {
        List<String> names = files.map(file -> file.getFileName().toString()).toList();
        assertFalse(names.isEmpty());
        for (String name : names) {
          assertTrue(name.matches("[0-9a-f]{8}-\\d{16}\\.[0-9a-f]{8}\\.json"), name);
        }
      }
    }
  }

  /** One event of each type. */
  private static Map<String, String> events(RecordedRelease release) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.list(release.folder().resolve("spool"))) {
      for (Path file : files.toList()) {
        String body = Files.readString(file);
        found.put(String.valueOf(((Map<?, ?>) Schemas.parse(body)).get("type")), body);
      }
    }
    return found;
  }

  static List<String> lost(String earlier, String later) {
    List<String> lost = new ArrayList<>();
    compare(Schemas.parse(earlier), Schemas.parse(later), "", lost);
    return lost;
  }

  /** Null says nothing of its kind. */
  private static void compare(Object earlier, Object later, String path, List<String> lost) {
    if (earlier == null || later == null) {
      return;
    }
    if (earlier instanceof Map<?, ?> members && later instanceof Map<?, ?> found) {
      for (Map.Entry<?, ?> member : new TreeMap<>(members).entrySet()) {
        String at = path + "." + member.getKey();
        if (found.containsKey(member.getKey())) {
          compare(member.getValue(), found.get(member.getKey()), at, lost);
        } else {
          lost.add(at + " is missing");
        }
      }
    } else if (earlier instanceof List<?> one && later instanceof List<?> other) {
      if (!one.isEmpty() && !other.isEmpty()) {
        compare(one.get(0), other.get(0), path + "[]", lost);
      }
    } else if (!earlier.getClass().equals(later.getClass())) {
      lost.add(path + " is no " + (earlier instanceof String ? "text" : earlier.getClass()));
    }
  }
}
