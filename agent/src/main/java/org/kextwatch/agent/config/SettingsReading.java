package org.kextwatch.agent.config;

import java.util.List;
import java.util.Map;

/**
 * What became of the operator's files.
 *
 * @param settings complete; at their defaults where nothing else was said or the file was refused
 * @param origins where the value of each key comes from
 * @param warnings what was ignored
 * @param problems why the file was refused: each names the file, the value and the remedy; empty if
 *     it was not
 */
public record SettingsReading(
    Settings settings, Map<String, Origin> origins, List<String> warnings, List<String> problems) {

  public SettingsReading {
    origins = Map.copyOf(origins);
    warnings = List.copyOf(warnings);
    problems = List.copyOf(problems);
  }

  /** Whether a file is there that must not be followed. */
  public boolean isRefused() {
    return !problems.isEmpty();
  }
}
