package org.kextwatch.agent.remedy;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.Outcome;

/** Runs kextutil and classifies the outcome. The caller must not run it twice at a time. */
public final class Loader {
  private final SystemRoot root;
  private final ToolRunner tools;
  private final Function<Settings, KernelEntry> kernel;

  /**
   * Makes a loader.
   *
   * @param kernel reads the kernel's own list of the watched kext
   */
  public Loader(SystemRoot root, ToolRunner tools, Function<Settings, KernelEntry> kernel) {
    this.root = root;
    this.tools = tools;
    this.kernel = kernel;
  }

  /**
   * Loads the watched kext, unless the kernel lists it already: macOS may load it by itself after a
   * click on Allow (Apple TN2459; belief:allow-loads-kext). Waits for kextutil up to the load
   * timeout of the settings.
   *
   * @param at when the attempt begins
   */
  public Attempt load(Settings settings, Instant at) {
    if (kernel.apply(settings).isLoaded()) {
      return new Attempt(at, Outcome.LOADED, null, "macOS had loaded it already");
    }
    WatchedExtension watched = settings.extension();
    String path = root.resolve(watched.path()).toString();
    ToolRun run = tools.run(Tool.KEXTUTIL, settings.get(Keys.LOAD_TIMEOUT), List.of(path));
    Attempt attempt = Classification.of(at, run, kernel.apply(settings), watched);
    String detail = attempt.detail().replace(path, watched.path());
    return new Attempt(at, attempt.outcome(), attempt.exitCode(), detail);
  }
}
