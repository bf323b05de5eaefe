package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kextwatch.demo.receiver.Received;

class SequenceCheckTest {
  @Test
  void aStreamWithoutGapsIsWhole() {
    assertEquals(List.of(), flaws(event(1), event(2), event(3)));
  }

  @Test
  void aMissingNumberIsFound() {
    assertEquals(
        List.of("number 2 is missing, and nothing says so"), flaws(event(1), event(3), event(4)));
    assertEquals(List.of("number 1 is missing, and nothing says so"), flaws(event(2)));
  }

  @Test
  void aMissingNumberMayBeTold() {
    Received[] stream = {event(1), event(4), dropped(5, 2, 3, 2), event(6)};
    assertEquals(List.of(), flaws(stream));
    assertEquals(2, numbers(Set.of(), stream).lost());
  }

  @Test
  void aNumberThatWasUsedTwiceIsFound() {
    Received other = event("other", "x", 1, "{}");
    assertEquals(List.of("number 1 is of id-1 and of other"), flaws(event(1), other));
  }

  @Test
  void whatComesLateIsFound() {
    assertEquals(List.of("number 2 comes after 3"), flaws(event(1), event(3), event(2)));
  }

  @Test
  void whatIsDroppedTwiceIsFound() {
    assertEquals(
        List.of("#4 drops 2, as #3 did"),
        flaws(event(1), dropped(3, 2, 2, 1), dropped(4, 2, 2, 1)));
  }

  @Test
  void whatIsDroppedIsToldAgainIfTheNewsOfItMayNotHaveArrivedAndIsDroppedToo() {
    Received[] stream = {event(1), dropped(3, 2, 2, 1), dropped(4, 2, 3, 2)};
    assertEquals(List.of(), numbers(Set.of("id-3"), stream).flaws());
    assertEquals(List.of("#4 drops 2, as #3 did", "#4 drops 3, which has arrived"), flaws(stream));
    assertEquals(
        List.of("what #3 drops is told again, and it is not itself dropped"),
        numbers(Set.of("id-3"), event(1), dropped(3, 2, 2, 1), dropped(4, 2, 2, 1)).flaws());
  }

  @Test
  void whatIsDroppedThoughItHasArrivedIsFoundUnlessNobodyCouldKnow() {
    Received[] stream = {event(1), event(2), dropped(3, 2, 2, 1)};
    assertEquals(List.of("#3 drops 2, which has arrived"), flaws(stream));
    assertEquals(List.of(), numbers(Set.of("id-2"), stream).flaws());
    assertEquals(0, numbers(Set.of("id-2"), stream).lost());
  }

  @Test
  void whatIsDroppedBeforeItWasMadeIsFound() {
    assertEquals(
        List.of("#2 drops 3, which is to come"), flaws(event(1), dropped(2, 3, 3, 1), event(4)));
  }

  @Test
  void aWrongCountIsFound() {
    assertEquals(
        List.of("#4 does not tell as many as from 2 to 3"), flaws(event(1), dropped(4, 2, 3, 1)));
  }

  private static List<String> flaws(Received... stream) {
    return numbers(Set.of(), stream).flaws();
  }

  private static SequenceCheck numbers(Set<String> doubtful, Received... stream) {
    return new SequenceCheck(Arrays.asList(stream), doubtful);
  }

  private static Received event(long sequence) {
    return event("id-" + sequence, "org.kextwatch.status.changed", sequence, "{}");
  }

  private static Received dropped(long sequence, long from, long to, long count) {
    String body =
        "{\"data\":{\"fromSequence\":%d,\"toSequence\":%d,\"count\":%d,\"reason\":\"evicted\"}}";
    return event(
        "id-" + sequence,
        "org.kextwatch.events.dropped",
        sequence,
        body.formatted(from, to, count));
  }

  private static Received event(String id, String type, long sequence, String body) {
    return new Received(
        id, type, "stream", sequence, null, null, true, false, 0, 1, Instant.EPOCH, body);
  }
}
