package org.kextwatch.agent.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each parser under its seeds and thousands of bad inputs made of them, always the same. For more:
 * -Dkextwatch.fuzz=1000000 -Dkextwatch.seed=2.
 */
class FuzzTest {
  private static final int INPUTS = Integer.getInteger("kextwatch.fuzz", 2_000);
  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_126);
  private static final int LONG_ONES = 8;

  static Stream<FuzzTarget> targets() {
    return FuzzTargets.all();
  }

  @ParameterizedTest
  @MethodSource("targets")
  void holdsWhateverItGets(FuzzTarget target) throws InterruptedException {
    assertTrue(!target.seeds().isEmpty());
    Mutator mutator = new Mutator(target.seeds(), new Random(SEED));
    List<byte[]> first = new ArrayList<>(target.seeds());
    first.add(new byte[0]);
    first.addAll(mutator.longOnes(LONG_ONES));
    new SmallThread(target).run(Stream.concat(first.stream(), mutator.many(INPUTS)));
  }

  @Test
  void whatIsWrongIsFound() {
    FuzzTarget bad =
        FuzzTarget.ofText(
            "bad", List.of("healthy : true"), text -> FuzzTarget.check(!text.contains("\0"), "0"));
    assertThrows(AssertionError.class, () -> holdsWhateverItGets(bad));
    FuzzTarget deep =
        FuzzTarget.ofText(
            "deep", List.of("a.b"), text -> check(text.matches("(a\\.?|b|.)*"), "no"));
    assertThrows(AssertionError.class, () -> holdsWhateverItGets(deep));
    FuzzTarget greedy = FuzzTarget.ofText("greedy", List.of("a"), text -> waste());
    assertThrows(AssertionError.class, () -> greedy.run(new byte[1]));
  }

  private static void waste() {
    for (int i = 0; i < 300; i++) {
      check(new byte[1 << 20].length > i, "");
    }
  }

  @Test
  void eachHasAName() {
    assertEquals(targets().count(), targets().map(FuzzTarget::name).distinct().count());
  }
}
