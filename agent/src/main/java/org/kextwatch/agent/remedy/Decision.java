package org.kextwatch.agent.remedy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.status.Trigger;

/** Whether to run the loader now. */
public sealed interface Decision {

  /**
   * Do not run it.
   *
   * @param lookAgainAt when to decide again, {@code null} if time alone changes nothing
   */
  record Nothing(@Nullable Instant lookAgainAt) implements Decision {}

  /** Run it. */
  record Load(Trigger trigger) implements Decision {}
}
