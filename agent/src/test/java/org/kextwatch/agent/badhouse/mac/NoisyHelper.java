package org.kextwatch.agent.badhouse.mac;

import org.kextwatch.agent.badhouse.status.Impure;

/** Breaks rules, so that a test can see that they are held. It is never run. */
public final class NoisyHelper {
  public void misbehave() {
    System.out.println(new Impure().now());
    Runtime.getRuntime().halt(1);
    System.exit(1);
  }
}
