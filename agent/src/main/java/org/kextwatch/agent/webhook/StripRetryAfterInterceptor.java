package org.kextwatch.agent.webhook;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Keeps OkHttp from acting on the Retry-After of a 503 itself, which it would take for an int: not
 * every number is one.
 */
final class StripRetryAfterInterceptor implements Interceptor {
  @Override
  public Response intercept(Chain chain) throws IOException {
    return chain.proceed(chain.request()).newBuilder().removeHeader("Retry-After").build();
  }
}
