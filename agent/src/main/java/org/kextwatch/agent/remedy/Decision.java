package org.kextwatch.agent.remedy;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.status.Trigger;

/** What to do about the extension now. */
public sealed interface Decision {

  /**
   * Nothing.
   *
   * @param lookAgainAt when time alone will make it something, {@code null} if it will not
   */
  record Nothing(@Nullable Instant lookAgainAt) implements Decision {}

  /** Run the loader. */
  record Load(Trigger trigger) implements Decision {}
}
