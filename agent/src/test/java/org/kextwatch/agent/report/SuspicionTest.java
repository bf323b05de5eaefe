package org.kextwatch.agent.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SuspicionTest {
  private static final SpoolEntry FIRST = new SpoolEntry("s", 1, 0);
  private static final SpoolEntry NEXT = new SpoolEntry("s", 2, 0);

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.999})
  void anEventIsTriedFiveTimesOverThreeMinutesBeforeOthersGoPastIt(double random) {
    Suspicion suspicion = Suspicion.NONE;
    Duration took = Duration.ZERO;
    for (int refusal = 1; refusal <= 4; refusal++) {
      suspicion = suspicion.refused(FIRST);
      assertNull(suspicion.setAside());
      took = took.plus(suspicion.delay(random));
    }
    suspicion = suspicion.refused(FIRST);
    assertEquals(FIRST, suspicion.setAside());
    assertEquals(Duration.ZERO, suspicion.delay(random));
    assertTrue(took.compareTo(Duration.ofMinutes(3)) >= 0, took.toString());
    assertTrue(took.compareTo(Duration.ofMinutes(4)) <= 0, took.toString());
  }

  @Test
  void anEndpointThatRefusesTheNextToIsAtFaultAndTheFirstComesBack() {
    Suspicion suspicion = aside().refused(NEXT);
    assertNull(suspicion.setAside());
    assertEquals(FIRST, suspicion.suspect());
    assertEquals(Duration.ofSeconds(30), suspicion.delay(0.5));
  }

  @Test
  void aHeartbeatTellsAsMuchAsAnEvent() {
    assertNull(aside().refused(null).setAside());
  }

  @Test
  void anEndpointThatStaysAtFaultIsAskedEverMoreRarely() {
    Suspicion suspicion = aside();
    Duration before = Duration.ZERO;
    for (int round = 0; round < 5; round++) {
      suspicion = suspicion.refused(NEXT);
      Duration wait = suspicion.delay(0.5);
      assertTrue(wait.compareTo(before) > 0, wait + " after " + before);
      before = wait;
      for (int refusal = 0; refusal < 5; refusal++) {
        suspicion = suspicion.refused(FIRST);
      }
      assertEquals(FIRST, suspicion.setAside());
    }
    assertTrue(before.compareTo(Duration.ofHours(1)) <= 0, before.toString());
  }

  @Test
  void anotherEventIsSuspectedAnew() {
    Suspicion suspicion = Suspicion.NONE.refused(FIRST).refused(FIRST).refused(NEXT);
    assertEquals(new Suspicion(NEXT, 1, 0), suspicion);
  }

  @Test
  void aRefusedHeartbeatAccusesNobody() {
    assertEquals(Suspicion.NONE, Suspicion.NONE.refused(null));
    assertTrue(Suspicion.NONE.delay(0.5).compareTo(Duration.ofSeconds(10)) > 0);
  }

  private static Suspicion aside() {
    Suspicion suspicion = Suspicion.NONE;
    for (int refusal = 0; refusal < 5; refusal++) {
      suspicion = suspicion.refused(FIRST);
    }
    return suspicion;
  }
}
