package org.kextwatch.agent.report;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Keeps OkHttp from acting on an answer itself: it would take the Retry-After of a 503 for an int,
 * which not every number fits, and makes a protocol error of a 407 that no proxy sent.
 */
final class FirstAnswer implements Interceptor {
  private static final String HEADER = "Retry-After";
  private static final String OUT_OF_SIGHT = "Kextwatch-Retry-After";

  private final ProxyLogin login;

  FirstAnswer(ProxyLogin login) {
    this.login = login;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    if (response.code() == 407) {
      login.refuse();
    }
    String retryAfter = response.header(HEADER);
    Response.Builder answer = response.newBuilder().removeHeader(HEADER).removeHeader(OUT_OF_SIGHT);
    return retryAfter == null ? answer.build() : answer.header(OUT_OF_SIGHT, retryAfter).build();
  }

  static @Nullable String retryAfter(Response response) {
    return response.header(OUT_OF_SIGHT);
  }
}
