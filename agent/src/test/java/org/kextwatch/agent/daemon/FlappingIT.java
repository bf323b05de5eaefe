package org.kextwatch.agent.daemon;

/** As {@link FlappingTest}, for more days. */
class FlappingIT extends FlappingTest {
  @Override
  int days() {
    return 60;
  }
}
