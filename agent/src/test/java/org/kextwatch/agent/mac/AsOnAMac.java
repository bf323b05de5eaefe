package org.kextwatch.agent.mac;

import java.nio.file.Path;

/** What runs on this machine as it would on a Mac, where there is no {@code /proc}. */
public final class AsOnAMac {
  private AsOnAMac() {}

  /**
   * Runs tools, and looks for leftovers with this {@code ps}.
   *
   * @param ps a script that stands for it
   */
  public static ToolRunner tools(SystemRoot root, Path ps) {
    return new ToolRunner(root, new PsFinder(new Ps(ps)));
  }

  /** This process, about which this {@code ps} is asked. */
  public static OwnProcess process(Path ps) {
    return new OwnProcess(ps.resolve("none"), new Ps(ps));
  }
}
