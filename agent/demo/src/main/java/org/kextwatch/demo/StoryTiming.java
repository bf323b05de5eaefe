package org.kextwatch.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast the story goes: its thirty minutes and its intervals, compressed.
 *
 * @param allowWindow how long the Allow button lives, thirty minutes on a real Mac
 * @param renewal when Kextwatch brings it back, counted from the last attempt; the user's click
 *     comes long before the next one, on a slow machine too
 * @param atRisk between two looks
 * @param breath for the reader, between two chapters
 */
record StoryTiming(Duration allowWindow, Duration renewal, Duration atRisk, Duration breath) {
  static final StoryTiming LEISURELY =
      new StoryTiming(
          Duration.ofSeconds(25),
          Duration.ofSeconds(36),
          Duration.ofSeconds(5),
          Duration.ofSeconds(4));

  static final StoryTiming FAST =
      new StoryTiming(
          Duration.ofSeconds(2), Duration.ofSeconds(6), Duration.ofSeconds(1), Duration.ZERO);

  /** The agent's settings for it. */
  Map<String, Object> settings(String endpoint, String caBundle) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("endpoint", endpoint);
    settings.put("caBundle", caBundle);
    settings.put("proxy", "none");
    settings.put("healthIntervalSeconds", atRisk.toSeconds());
    settings.put("atRiskIntervalSeconds", atRisk.toSeconds());
    settings.put("heartbeatIntervalSeconds", 5);
    settings.put("promptRenewalSeconds", renewal.toSeconds());
    settings.put("confirmSeconds", 0);
    settings.put("settleSeconds", 0);
    settings.put("toolTimeoutSeconds", 120); // a slow machine is no reason to know nothing
    settings.put("labels", Map.of("site", "Berlin"));
    return settings;
  }
}
