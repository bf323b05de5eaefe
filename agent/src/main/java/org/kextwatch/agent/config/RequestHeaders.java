package org.kextwatch.agent.config;

import java.util.regex.Pattern;

/** Which headers an operator may add to requests. */
public final class RequestHeaders {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e\\t]{0,4096}");

  /** Set by the agent, or for one connection only (RFC 9110, section 7.6.1). */
  private static final Pattern RESERVED =
      Pattern.compile(
          "(?i)content-.*|webhook-.*|proxy-.*|authorization|host|expect|connection|keep-alive|te"
              + "|trailer|transfer-encoding|upgrade|http2-settings");

  private RequestHeaders() {}

  /** Whether name and value are printable ASCII that HTTP allows. */
  public static boolean areValid(String name, String value) {
    return NAME.matcher(name).matches() && VALUE.matcher(value).matches();
  }

  /** Whether the agent sets this header itself, or it is for one connection only. */
  public static boolean isReserved(String name) {
    return RESERVED.matcher(name).matches();
  }
}
