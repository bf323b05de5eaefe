package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.demo.receiver.DeliveryHandler.Answer;

class DeliveryHandlerTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private final List<Delivery> received = new ArrayList<>();

  private Answer receive(SignatureVerifier verifier, Map<String, String> changes) {
    String body = Sender.event("evt_1", 1);
    Map<String, String> headers = new TreeMap<>(Sender.headers("evt_1", NOW, body));
    changes.forEach(
        (name, value) -> {
          headers.remove(name);
          if (!value.isEmpty()) {
            headers.put(name, value);
          }
        });
    return new DeliveryHandler(verifier, received::add, () -> NOW)
        .handle(headers::get, body.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "1800000000, 200",
    "1799999700, 200",
    "1799999699, 401",
    "1800000300, 200",
    "1800000301, 401",
    "0, 401",
    "-1800000000, 401",
    "+1800000000, 401",
    "1800000000.0, 401",
    "99999999999999999999, 401",
    "soon, 401",
    "'', 401",
  })
  void aSignatureIsValidForFiveMinutesOnEitherSide(String timestamp, int status) {
    assertEquals(
        status,
        receive((id, at, body, header) -> true, Map.of("webhook-timestamp", timestamp)).status());
    assertEquals(List.of(status == 200), received.stream().map(Delivery::verified).toList());
  }

  @Test
  void theVerifierGetsTheHeadersAndTheBody() {
    List<Object> asked = new ArrayList<>();
    receive(
        (id, at, body, header) -> {
          asked.addAll(List.of(id, at, new String(body, StandardCharsets.UTF_8), header));
          return true;
        },
        Map.of("webhook-signature", "v1,AAAA v1,BBBB"));
    assertEquals(
        List.of("evt_1", 1_800_000_000L, Sender.event("evt_1", 1), "v1,AAAA v1,BBBB"), asked);
  }

  @Test
  void missingHeadersAreEmptyAndNotAnError() {
    Answer answer =
        receive(
            (id, at, body, header) -> !id.isEmpty() || !header.isEmpty(),
            Map.of("webhook-id", "", "webhook-signature", "", "webhook-attempt", ""));
    assertEquals(401, answer.status());
    assertEquals("", received.get(0).id());
    assertEquals(0, received.get(0).attempt());
  }

  @Test
  void theTimeIsTheReceiversOwn() {
    receive((id, at, body, header) -> true, Map.of());
    assertEquals(NOW, received.get(0).receivedAt());
  }
}
