package org.kextwatch.demo.receiver;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookSigningException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Signs with the reference library and posts what it is told to, right or wrong. */
record Sender(OkHttpClient client, URI address) {
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  record Reply(int status, String body) {}

  /** The reference library as the receiver's judge; its clock is the system's. */
  static SignatureVerifier reference() {
    Webhook webhook = webhook();
    return (id, timestamp, body, signature) -> {
      try {
        Map<String, List<String>> headers =
            Map.of(
                "webhook-id", List.of(id),
                "webhook-timestamp", List.of("" + timestamp),
                "webhook-signature", List.of(signature));
        webhook.verify(
            new String(body, StandardCharsets.UTF_8), HttpHeaders.of(headers, (k, v) -> true));
        return true;
      } catch (WebhookVerificationException e) {
        return false;
      }
    };
  }

  static String event(String id, long sequence) {
    return """
    {"specversion":"1.0","id":"%s","source":"urn:uuid:5c1f5e0a","type":"org.kextwatch.status.changed",\
    "subject":"C02XK0AAJG5H","streamid":"0c7f3f1e","sequence":"%016d","text":"Blocked \u2013 waiting.",\
    "data":{"status":{}}}\
    """
        .formatted(id, sequence);
  }

  static Map<String, String> headers(String id, Instant at, String body) {
    try {
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      headers.put("Content-Type", "application/json");
      headers.put("webhook-id", id);
      headers.put("webhook-timestamp", "" + at.getEpochSecond());
      headers.put("webhook-signature", webhook().sign(id, at.getEpochSecond(), body));
      headers.put("webhook-attempt", "1");
      return headers;
    } catch (WebhookSigningException e) {
      throw new AssertionError(e);
    }
  }

  private static Webhook webhook() {
    try {
      return new Webhook(SECRET);
    } catch (EmptyWebhookSecretException e) {
      throw new AssertionError(e);
    }
  }

  Reply send(String id, String body) throws IOException {
    return post(headers(id, Instant.now(), body), body.getBytes(StandardCharsets.UTF_8));
  }

  Reply post(Map<String, String> headers, byte[] body) throws IOException {
    return call("POST", address, headers, RequestBody.create(body));
  }

  Reply call(String method, URI to, Map<String, String> headers, RequestBody body)
      throws IOException {
    Request.Builder request = new Request.Builder().url(to.toString()).method(method, body);
    headers.forEach(request::header);
    try (Response response = client.newCall(request.build()).execute()) {
      return new Reply(response.code(), response.body().string());
    }
  }
}
