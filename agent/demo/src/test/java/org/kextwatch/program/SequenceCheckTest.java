package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.ParsedEvent;

class SequenceCheckTest {
  @Test
  void aStreamWithoutGapsIsWhole() {
    assertEquals(List.of(), flaws(event(1), event(2), event(3)));
  }

  @Test
  void aMissingNumberIsFound() {
    assertEquals(
        List.of("number 2 is missing and not reported as dropped"),
        flaws(event(1), event(3), event(4)));
    assertEquals(List.of("number 1 is missing and not reported as dropped"), flaws(event(2)));
  }

  @Test
  void aMissingNumberMayBeReported() {
    Delivery[] stream = {event(1), event(4), dropped(5, 2, 3, 2), event(6)};
    assertEquals(List.of(), flaws(stream));
    assertEquals(2, numbers(Set.of(), stream).lost());
  }

  @Test
  void aNumberThatWasUsedTwiceIsFound() {
    Delivery other = event("other", "x", 1, Map.of());
    assertEquals(List.of("number 1 is of id-1 and of other"), flaws(event(1), other));
  }

  @Test
  void anEventOutOfOrderIsFound() {
    assertEquals(List.of("number 2 comes after 3"), flaws(event(1), event(3), event(2)));
  }

  @Test
  void anEventThatIsDroppedTwiceIsFound() {
    assertEquals(
        List.of("#4 drops 2, as #3 did"),
        flaws(event(1), dropped(3, 2, 2, 1), dropped(4, 2, 2, 1)));
  }

  @Test
  void aRangeMayBeReportedAgainIfItsReportIsDroppedTooAndMayNotHaveArrived() {
    Delivery[] stream = {event(1), dropped(3, 2, 2, 1), dropped(4, 2, 3, 2)};
    assertEquals(List.of(), numbers(Set.of("id-3"), stream).flaws());
    assertEquals(List.of("#4 drops 2, as #3 did", "#4 drops 3, which has arrived"), flaws(stream));
    assertEquals(
        List.of("the range of #3 is reported again, and #3 is not dropped"),
        numbers(Set.of("id-3"), event(1), dropped(3, 2, 2, 1), dropped(4, 2, 2, 1)).flaws());
  }

  @Test
  void aDroppedEventThatArrivedIsFoundUnlessTheSenderCouldNotKnow() {
    Delivery[] stream = {event(1), event(2), dropped(3, 2, 2, 1)};
    assertEquals(List.of("#3 drops 2, which has arrived"), flaws(stream));
    assertEquals(List.of(), numbers(Set.of("id-2"), stream).flaws());
    assertEquals(0, numbers(Set.of("id-2"), stream).lost());
  }

  @Test
  void aRangeOfLaterNumbersIsFound() {
    assertEquals(
        List.of("#2 drops 3, which comes later"), flaws(event(1), dropped(2, 3, 3, 1), event(4)));
  }

  @Test
  void aWrongCountIsFound() {
    assertEquals(
        List.of("#4 does not count as many as from 2 to 3"), flaws(event(1), dropped(4, 2, 3, 1)));
  }

  private static List<String> flaws(Delivery... stream) {
    return numbers(Set.of(), stream).flaws();
  }

  private static SequenceCheck numbers(Set<String> doubtful, Delivery... stream) {
    return new SequenceCheck(Arrays.asList(stream), doubtful);
  }

  private static Delivery event(long sequence) {
    return event("id-" + sequence, "status.changed", sequence, Map.of());
  }

  private static Delivery dropped(long sequence, double from, double to, double count) {
    return event(
        "id-" + sequence,
        "events.dropped",
        sequence,
        Map.of("fromSequence", from, "toSequence", to, "count", count));
  }

  private static Delivery event(String id, String type, long sequence, Map<String, ?> data) {
    ParsedEvent event =
        new ParsedEvent(id, "org.kextwatch." + type, "stream", sequence, null, null, data);
    return new Delivery(id, event, true, false, 0, 1, Instant.EPOCH, "");
  }
}
