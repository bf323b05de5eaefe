package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * What the agent itself uses of its Mac, without the tools that it runs. {@code null} where the
 * system does not say.
 *
 * @param cpuSeconds of processor time since it started
 * @param residentBytes of memory
 * @param wakeUps how often its threads have waited for something and gone on (voluntary context
 *     switches)
 */
public record Resources(
    @Nullable Double cpuSeconds, @Nullable Long residentBytes, @Nullable Long wakeUps) {

  public static final Resources UNKNOWN = new Resources(null, null, null);

  /** The same with the processor time alone that was used since another look. */
  public Resources since(Resources before) {
    return cpuSeconds == null || before.cpuSeconds == null
        ? this
        : new Resources(cpuSeconds - before.cpuSeconds, residentBytes, wakeUps);
  }
}
