package org.kextwatch.agent.daemon;

import org.junit.jupiter.api.Tag;

/** As {@link FlappingTest}, for more days. */
@Tag("soak")
class FlappingIT extends FlappingTest {
  @Override
  int days() {
    return 60;
  }
}
