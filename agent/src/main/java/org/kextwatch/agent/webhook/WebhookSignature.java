package org.kextwatch.agent.webhook;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The v1 signature of Standard Webhooks 1.0.0: HMAC-SHA256 over {@code id.timestamp.body}. The
 * header has one signature for each secret, so that a secret can be rotated without a gap.
 */
public final class WebhookSignature {
  private static final String ALGORITHM = "HmacSHA256";

  private WebhookSignature() {}

  /**
   * The value of {@code webhook-signature}.
   *
   * @param timestamp seconds since 1970, of this attempt
   */
  public static String header(List<WebhookSecret> secrets, String id, long timestamp, byte[] body) {
    return secrets.stream()
        .map(secret -> sign(secret, id, timestamp, body))
        .collect(Collectors.joining(" "));
  }

  /**
   * Whether one of the signatures in a header is valid. The caller checks the age of the timestamp.
   */
  public static boolean isValid(
      WebhookSecret secret, String header, String id, long timestamp, byte[] body) {
    byte[] expected = sign(secret, id, timestamp, body).getBytes(StandardCharsets.UTF_8);
    boolean valid = false;
    for (String given : header.split(" ", -1)) {
      valid |= MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
    }
    return valid;
  }

  private static String sign(WebhookSecret secret, String id, long timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.key(), ALGORITHM));
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
