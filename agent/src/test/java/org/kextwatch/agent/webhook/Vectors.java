package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.event.Json;

/** The recorded vectors of Standard Webhooks; their README says where they are from. */
record Vectors(
    List<Vector> upstream,
    SecretParsing secret_parsing,
    List<Vector> derived_v1,
    Map<String, Object> derived_rotation,
    Vector derived_large,
    RetryAfterCases retry_after) {

  record Vector(
      @Nullable String name,
      @Nullable String secret,
      String id,
      long timestamp,
      String payload,
      String signature) {}

  record SecretParsing(List<String> reject, List<String> accept) {}

  record RetryAfterCases(String now, List<RetryAfterCase> cases) {}

  record RetryAfterCase(String v, @Nullable Long seconds) {}

  static Vectors load() {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/standard-webhooks.json")) {
      return Json.read(Vectors.class, in.readAllBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Those signed with a shared secret. */
  List<Vector> upstreamV1() {
    return upstream.stream().filter(vector -> vector.secret() != null).toList();
  }
}
