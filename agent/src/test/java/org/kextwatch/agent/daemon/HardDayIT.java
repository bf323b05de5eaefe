package org.kextwatch.agent.daemon;

import org.junit.jupiter.api.Tag;

/**
 * As {@link HardDayTest}, for more days: -Dkextwatch.days=1000, and others:
 * -Dkextwatch.firstDay=1000.
 */
@Tag("soak")
class HardDayIT extends HardDayTest {
  @Override
  int days() {
    return Integer.getInteger("kextwatch.days", 200);
  }

  @Override
  long first() {
    return Long.getLong("kextwatch.firstDay", super.first());
  }
}
