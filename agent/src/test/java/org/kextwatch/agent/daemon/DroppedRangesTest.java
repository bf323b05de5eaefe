package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.event.EventData.DropReason.CORRUPT;
import static org.kextwatch.agent.event.EventData.DropReason.EVICTED;
import static org.kextwatch.agent.event.EventData.DropReason.REJECTED;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;

class DroppedRangesTest {

  @Test
  void neighboursAreOneRangeInWhateverOrderTheyGo() {
    DroppedRanges losses = evicted(3, 1, 4, 2);
    assertEquals(List.of(new DroppedData(1, 4, 4, EVICTED)), losses.untold());
    assertEquals(4, losses.events());
  }

  @Test
  void aGapAndAnotherReasonMakeAnotherRange() {
    DroppedRanges losses = evicted(1, 2, 5).with(3, REJECTED);
    assertEquals(
        List.of(range(1, 2, EVICTED), range(3, 3, REJECTED), range(5, 5, EVICTED)),
        losses.untold());
  }

  @Test
  void theNewsOfALossThatIsLostItselfIsUntoldAgainAndNotCountedTwice() {
    DroppedRanges told = evicted(1, 2).told(range(1, 2, EVICTED));
    assertEquals(List.of(), told.untold());
    DroppedRanges again = told.with(3, EVICTED).withAgain(range(1, 2, EVICTED));
    assertEquals(List.of(range(1, 3, EVICTED)), again.untold());
    assertEquals(3, again.events());
  }

  @Test
  void whatJoinedARangeWhileItWasBeingToldIsStillUntold() {
    DroppedRanges losses = evicted(1, 2, 3, 4, 5).told(range(2, 3, EVICTED));
    assertEquals(List.of(range(1, 1, EVICTED), range(4, 5, EVICTED)), losses.untold());
    assertEquals(5, losses.events());
  }

  @Test
  void onlyTheRangeOfThatReasonIsTold() {
    DroppedRanges losses = DroppedRanges.NONE.with(1, CORRUPT);
    assertEquals(losses, losses.told(range(1, 1, EVICTED)));
  }

  @Test
  void itKnowsWhyAnEventIsGone() {
    DroppedRanges losses = evicted(1, 2).with(4, CORRUPT);
    assertEquals(Optional.of(EVICTED), losses.reasonFor(2));
    assertEquals(Optional.empty(), losses.reasonFor(3));
    assertEquals(Optional.of(CORRUPT), losses.reasonFor(4));
  }

  @Test
  void everySecondEventOfThousandsMakesNoMoreThanSixtyFourRanges() {
    DroppedRanges losses = evicted(LongStream.range(0, 3_000).map(i -> 2 * i + 1).toArray());
    assertTrue(losses.untold().size() <= 64, losses.untold().size() + " ranges");
    assertEquals(3_000, losses.untold().stream().mapToLong(DroppedData::count).sum());
    assertEquals(1, losses.untold().get(0).fromSequence());
    assertEquals(5_999, losses.untold().get(losses.untold().size() - 1).toSequence());
  }

  @Test
  void aRangeWithGapsSaysNothingOfASingleEvent() {
    DroppedRanges losses = evicted(LongStream.range(0, 100).map(i -> 2 * i + 1).toArray());
    assertEquals(Optional.empty(), losses.reasonFor(2));
    assertEquals(Optional.empty(), losses.reasonFor(1));
  }

  private static DroppedRanges evicted(long... numbers) {
    DroppedRanges losses = DroppedRanges.NONE;
    for (long number : numbers) {
      losses = losses.with(number, EVICTED);
    }
    return losses;
  }

  private static DroppedData range(long from, long to, DropReason reason) {
    return new DroppedData(from, to, to - from + 1, reason);
  }
}
