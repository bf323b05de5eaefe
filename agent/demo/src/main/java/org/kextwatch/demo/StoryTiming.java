package org.kextwatch.demo;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How fast the story goes: shorter times than on a real Mac.
 *
 * @param allowWindow how long the Allow button is shown, thirty minutes on a real Mac
 * @param renewal {@code promptRenewalSeconds}, counted from the last attempt. The user's click
 *     comes long before the next one, on a slow machine too
 * @param interval between two looks at Defender's health
 * @param pause for the reader, between two chapters
 */
record StoryTiming(Duration allowWindow, Duration renewal, Duration interval, Duration pause) {
  static final StoryTiming SLOW =
      new StoryTiming(
          Duration.ofSeconds(25),
          Duration.ofSeconds(36),
          Duration.ofSeconds(5),
          Duration.ofSeconds(4));

  static final StoryTiming FAST =
      new StoryTiming(
          Duration.ofSeconds(2), Duration.ofSeconds(6), Duration.ofSeconds(1), Duration.ZERO);

  /** The agent's settings for this timing. */
  Map<String, Object> settings(String endpoint, String caBundle) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("endpoint", endpoint);
    settings.put("caBundle", caBundle);
    settings.put("proxy", "none");
    settings.put("healthIntervalSeconds", interval.toSeconds());
    settings.put("atRiskIntervalSeconds", interval.toSeconds());
    settings.put("heartbeatIntervalSeconds", 5);
    settings.put("promptRenewalSeconds", renewal.toSeconds());
    settings.put("confirmSeconds", 0);
    settings.put("settleSeconds", 0);
    settings.put("toolTimeoutSeconds", 120); // on a slow machine a tool may take long
    settings.put("labels", Map.of("site", "Berlin"));
    return settings;
  }
}
