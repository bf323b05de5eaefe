package org.kextwatch.agent.webhook;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import okhttp3.Authenticator;
import okhttp3.Challenge;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.mac.PlainText;

/** Logs in to a proxy, once for each connection, and records why that failed. */
final class ProxyAuthenticator implements Authenticator {
  private static final String HEADER = "Proxy-Authorization";

  /** The challenge that OkHttp itself makes before the proxy is asked. */
  private static final String PREEMPTIVE = "OkHttp-Preemptive";

  private final @Nullable String basic;
  private volatile @Nullable LoginFailure failure;

  /**
   * Why a proxy rejected the login.
   *
   * @param found what it wants, in one sentence for people
   */
  record LoginFailure(String found, String remedy) {}

  /**
   * Makes one for these credentials.
   *
   * @param credentials {@code user:password}, {@code null} for none
   */
  ProxyAuthenticator(@Nullable String credentials) {
    this.basic =
        credentials == null
            ? null
            : "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public @Nullable Request authenticate(@Nullable Route route, Response response) {
    List<String> schemes =
        response.challenges().stream().map(Challenge::scheme).distinct().toList();
    if (schemes.stream().anyMatch(PREEMPTIVE::equalsIgnoreCase)) {
      return basic == null ? null : with(basic, response);
    }
    if (basic != null && response.request().header(HEADER) == null && acceptsBasic(schemes)) {
      return with(basic, response);
    }
    failure = failure(schemes);
    return null;
  }

  private static Request with(String login, Response response) {
    return response.request().newBuilder().header(HEADER, login).build();
  }

  private static boolean acceptsBasic(List<String> schemes) {
    return schemes.isEmpty() || schemes.stream().anyMatch("Basic"::equalsIgnoreCase);
  }

  private LoginFailure failure(List<String> schemes) {
    if (!acceptsBasic(schemes)) {
      return new LoginFailure(
          "the proxy accepts no login except " + PlainText.of(String.join(", ", schemes)),
          "Kextwatch supports only Basic: let the proxy offer Basic, or connect this Mac to the"
              + " receiver without a login.");
    }
    return basic == null
        ? new LoginFailure(
            "the proxy wants a login",
            "Set proxyCredentialsFile to a file with mode 0600 that holds user:password.")
        : new LoginFailure(
            "the proxy wants a login, and rejects the one in proxyCredentialsFile",
            "Correct user:password in the file that proxyCredentialsFile names.");
  }

  void reset() {
    failure = null;
  }

  /** Why a proxy rejected the login since {@link #reset}, {@code null} if none did. */
  @Nullable LoginFailure failure() {
    return failure;
  }
}
