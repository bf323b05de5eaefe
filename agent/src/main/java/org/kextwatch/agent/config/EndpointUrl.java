package org.kextwatch.agent.config;

import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * The rule for the URL of the webhook, which may be in the settings or in a file that they name.
 */
public final class EndpointUrl {
  private EndpointUrl() {}

  /** What the URL must be instead; empty if it may be used. */
  public static Optional<String> mustBe(HttpUrl url) {
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      return Optional.of("a URL without user and password: use authorizationFile");
    }
    return url.isHttps() || isLoopback(url.host())
        ? Optional.empty()
        : Optional.of("an https URL; http is only for loopback addresses");
  }

  private static boolean isLoopback(String host) {
    return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
  }
}
