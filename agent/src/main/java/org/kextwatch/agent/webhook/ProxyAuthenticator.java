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

/** Logs in to a proxy, once for each connection; why that failed is remembered. */
final class ProxyAuthenticator implements Authenticator {
  private static final String HEADER = "Proxy-Authorization";

  /** OkHttp asks before the proxy does, by a challenge of its own. */
  private static final String PREEMPTIVE = "OkHttp-Preemptive";

  private final @Nullable String basic;
  private volatile @Nullable Refusal refusal;

  /**
   * Why a proxy has turned us away.
   *
   * @param found what it wants, for people
   */
  record Refusal(String found, String remedy) {}

  /**
   * A login.
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
    if (basic != null && response.request().header(HEADER) == null && takesBasic(schemes)) {
      return with(basic, response);
    }
    refusal = refusal(schemes);
    return null;
  }

  private static Request with(String login, Response response) {
    return response.request().newBuilder().header(HEADER, login).build();
  }

  private static boolean takesBasic(List<String> schemes) {
    return schemes.isEmpty() || schemes.stream().anyMatch("Basic"::equalsIgnoreCase);
  }

  private Refusal refusal(List<String> schemes) {
    if (!takesBasic(schemes)) {
      return new Refusal(
          "the proxy takes no login but " + PlainText.of(String.join(", ", schemes)),
          "Only Basic logins can be sent: let the proxy offer Basic, or let this Mac through to the"
              + " receiver without a login.");
    }
    return basic == null
        ? new Refusal(
            "the proxy wants a login",
            "Set proxyCredentialsFile to a file of mode 0600 that holds user:password.")
        : new Refusal(
            "the proxy wants a login, and refuses the one of proxyCredentialsFile",
            "Correct user:password in the file that proxyCredentialsFile names.");
  }

  void forget() {
    refusal = null;
  }

  /** Why a proxy has turned us away since {@link #forget}, {@code null} if none has. */
  @Nullable Refusal refusal() {
    return refusal;
  }
}
