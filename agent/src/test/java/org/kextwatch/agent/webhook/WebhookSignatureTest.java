package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebhookSignatureTest {
  private static final Vectors VECTORS = Vectors.load();
  private static final Vectors.Vector BASE = VECTORS.upstreamV1().get(0);
  private static final WebhookSecret SECRET = WebhookSecret.parse(BASE.secret());
  private static final byte[] BODY = BASE.payload().getBytes(UTF_8);

  static Stream<Vectors.Vector> everyVectorIsMetExactly() {
    return Stream.concat(VECTORS.upstreamV1().stream(), VECTORS.derived_v1().stream());
  }

  @ParameterizedTest
  @MethodSource
  void everyVectorIsMetExactly(Vectors.Vector vector) {
    List<WebhookSecret> secrets = List.of(WebhookSecret.parse(vector.secret()));
    byte[] body = vector.payload().getBytes(UTF_8);
    assertEquals(
        vector.signature(),
        WebhookSignature.header(secrets, vector.id(), vector.timestamp(), body));
    assertTrue(
        WebhookSignature.isValid(
            secrets.get(0), vector.signature(), vector.id(), vector.timestamp(), body));
  }

  @Test
  void noVectorIsMissing() {
    assertEquals(1, VECTORS.upstreamV1().size());
    assertEquals(13, VECTORS.derived_v1().size());
  }

  @Test
  void aLargeBodyIsSignedExactly() {
    Vectors.Vector large = VECTORS.derived_large();
    byte[] body = ("{\"pad\":\"" + "a".repeat(65_000) + "\"}").getBytes(UTF_8);
    assertEquals(
        large.signature(),
        WebhookSignature.header(
            List.of(WebhookSecret.parse(large.secret())), large.id(), large.timestamp(), body));
  }

  @Test
  void duringRotationBothSecretsSign() {
    List<WebhookSecret> secrets =
        ((List<?>) VECTORS.derived_rotation().get("secrets_in_order"))
            .stream().map(secret -> WebhookSecret.parse((String) secret)).toList();
    String header = WebhookSignature.header(secrets, BASE.id(), BASE.timestamp(), BODY);
    assertEquals(VECTORS.derived_rotation().get("webhook-signature"), header);
    for (WebhookSecret secret : secrets) {
      assertTrue(WebhookSignature.isValid(secret, header, BASE.id(), BASE.timestamp(), BODY));
    }
  }

  @Test
  void oneRightSignatureAmongOthersIsEnough() {
    String header = "v1,AAAA v2,BBBB " + BASE.signature() + " v1,CCCC";
    assertTrue(WebhookSignature.isValid(SECRET, header, BASE.id(), BASE.timestamp(), BODY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "v1,",
        "invalid_signature",
        "v1,invalid_signature",
        "v1,g0hM9S",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
        "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,",
      })
  void aWrongHeaderIsNotValid(String header) {
    assertFalse(WebhookSignature.isValid(SECRET, header, BASE.id(), BASE.timestamp(), BODY));
  }

  @Test
  void nothingThatIsSignedMayChange() {
    String right = BASE.signature();
    long timestamp = BASE.timestamp();
    assertTrue(WebhookSignature.isValid(SECRET, right, BASE.id(), timestamp, BODY));
    assertFalse(WebhookSignature.isValid(SECRET, right, BASE.id() + "x", timestamp, BODY));
    assertFalse(WebhookSignature.isValid(SECRET, right, BASE.id(), timestamp + 1, BODY));
    assertFalse(
        WebhookSignature.isValid(
            SECRET, right, BASE.id(), timestamp, (BASE.payload() + "\n").getBytes(UTF_8)));
    WebhookSecret other = WebhookSecret.parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    assertFalse(WebhookSignature.isValid(other, right, BASE.id(), timestamp, BODY));
  }
}
