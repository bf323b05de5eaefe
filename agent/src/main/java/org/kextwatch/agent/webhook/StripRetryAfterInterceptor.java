package org.kextwatch.agent.webhook;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Removes Retry-After before OkHttp reads it: after a 503 OkHttp would retry by itself, and it
 * fails on numbers that are not an int.
 */
final class StripRetryAfterInterceptor implements Interceptor {
  @Override
  public Response intercept(Chain chain) throws IOException {
    return chain.proceed(chain.request()).newBuilder().removeHeader("Retry-After").build();
  }
}
