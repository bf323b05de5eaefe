package org.kextwatch.agent.fuzz;

/**
 * What Jazzer calls with each input: the target that {@code -Dkextwatch.target} names. Jazzer finds
 * the method by its name and needs no class of its own here.
 */
public final class FuzzedTarget {
  private static final FuzzTarget TARGET =
      FuzzTargets.named(System.getProperty("kextwatch.target", ""));

  private FuzzedTarget() {}

  /** One input. Its memory is bounded by that of the process, because Jazzer needs some too. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    TARGET.check().on(input);
  }
}
