package org.kextwatch.agent.report;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import okhttp3.Authenticator;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/** Logs in to a proxy, once for each connection; that it failed is remembered. */
final class ProxyLogin implements Authenticator {
  private static final String HEADER = "Proxy-Authorization";

  private final @Nullable String basic;
  private volatile boolean refused;

  /**
   * A login.
   *
   * @param credentials {@code user:password}, {@code null} for none
   */
  ProxyLogin(@Nullable String credentials) {
    this.basic =
        credentials == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public @Nullable Request authenticate(@Nullable Route route, Response response) {
    // OkHttp asks before the proxy does, by a challenge of its own.
    boolean asked =
        response.challenges().stream()
            .noneMatch(challenge -> challenge.scheme().equalsIgnoreCase("OkHttp-Preemptive"));
    if (basic == null || response.request().header(HEADER) != null) {
      if (asked) {
        refuse();
      }
      return null;
    }
    return response.request().newBuilder().header(HEADER, basic).build();
  }

  void refuse() {
    refused = true;
  }

  void forget() {
    refused = false;
  }

  /** Whether a proxy has turned us away since {@link #forget}. */
  boolean isRefused() {
    return refused;
  }
}
