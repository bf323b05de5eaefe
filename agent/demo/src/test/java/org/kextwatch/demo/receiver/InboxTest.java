package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.demo.receiver.Inbox.Place;

class InboxTest {

  @ParameterizedTest(name = "{0} is placed {1}")
  @CsvSource({
    "A1 A2 A3,            - - -",
    "A1 A1 A1,            - d d",
    "A1 A3,               - 1",
    "A1 A4 A5,            - 2 -",
    "A7 A8,               - -",
    "A7 A9,               - 1",
    "A1 B1 A2 B2,         - - - -",
    "A1 B1 A3 B2,         - - 1 -",
    "A1 A3 A3 A4,         - 1 d -",
    "A1 A4 A2 A5,         - 2 - -",
    "A5 A1 A2,            - - -",
    "A1 H A2 H2 A3,       - - - - -",
    "H H,                 - d",
    "A1 A9999999999999999, - 9999999999999997",
  })
  void everyEventHasItsPlace(String events, String places) {
    Inbox inbox = new Inbox();
    List<String> placed = new ArrayList<>();
    for (String event : events.split(" ", -1)) {
      boolean inStream = !event.startsWith("H");
      Place place =
          inbox.add(
              event,
              inStream ? event.substring(0, 1) : null,
              inStream ? Long.valueOf(event.substring(1)) : null);
      placed.add(place.duplicate() ? "d" : place.missing() == 0 ? "-" : "" + place.missing());
    }
    assertEquals(places, String.join(" ", placed));
  }

  @Test
  void aSequenceWithoutAStreamIsNotCounted() {
    Inbox inbox = new Inbox();
    inbox.add("a", null, 1L);
    assertEquals(new Place(false, 0), inbox.add("b", null, 5L));
    inbox.add("c", "A", null);
    assertEquals(new Place(false, 0), inbox.add("d", "A", 5L));
  }

  @Test
  void theOldestOfTenThousandIsForgotten() {
    Inbox inbox = new Inbox();
    for (int i = 0; i <= 10_000; i++) {
      inbox.add("event" + i, null, null);
    }
    assertTrue(inbox.add("event1", null, null).duplicate());
    assertFalse(inbox.add("event0", null, null).duplicate());
  }

  @Test
  void ofManyThreadsExactlyOneBringsAnEventFirst() throws Exception {
    Inbox inbox = new Inbox();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Integer>> firsts = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        firsts.add(
            threads.submit(
                () -> {
                  int first = 0;
                  for (int i = 0; i < 1000; i++) {
                    first += inbox.add("event" + i, "A", (long) i).duplicate() ? 0 : 1;
                  }
                  return first;
                }));
      }
      int sum = 0;
      for (Future<Integer> first : firsts) {
        sum += first.get();
      }
      assertEquals(1000, sum);
    } finally {
      threads.shutdownNow();
    }
  }
}
