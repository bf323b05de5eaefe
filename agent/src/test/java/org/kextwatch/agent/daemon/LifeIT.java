package org.kextwatch.agent.daemon;

/**
 * As {@link LifeTest}, with more Macs and all faults. The long form: -Dkextwatch.weeks=1000
 * -Dkextwatch.lives=25.
 */
class LifeIT extends LifeTest {
  @Override
  int macs() {
    return Integer.getInteger("kextwatch.weeks", 50) / 10;
  }

  @Override
  int faultyMacs() {
    return Integer.getInteger("kextwatch.lives", 1) * RealFault.all().size();
  }
}
