package org.kextwatch.agent.webhook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WebhookSecretTest {
  private static final Vectors.SecretParsing VECTORS = Vectors.load().secret_parsing();

  static Stream<String> whatTheVectorsRejectIsRejected() {
    return VECTORS.reject().stream();
  }

  @ParameterizedTest
  @MethodSource
  void whatTheVectorsRejectIsRejected(String text) {
    assertTrue(WebhookSecret.flaw(text).isPresent());
    assertThrows(IllegalArgumentException.class, () -> WebhookSecret.parse(text));
  }

  static Stream<String> whatTheVectorsAcceptForV1IsAccepted() {
    return VECTORS.accept().stream().filter(text -> !text.startsWith("whsk_"));
  }

  @ParameterizedTest
  @MethodSource
  void whatTheVectorsAcceptForV1IsAccepted(String text) {
    assertTrue(WebhookSecret.flaw(text).isEmpty());
    byte[] key = Base64.getDecoder().decode(text.replace("whsec_", ""));
    assertArrayEquals(key, WebhookSecret.parse(text).key());
  }

  @Test
  void noVectorIsMissing() {
    assertEquals(9, VECTORS.reject().size());
    assertEquals(4, whatTheVectorsAcceptForV1IsAccepted().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
      })
  void anEd25519KeyIsRefusedByName(String text) {
    String flaw = WebhookSecret.flaw(text).orElseThrow();
    assertTrue(flaw.contains("Ed25519") && flaw.contains("whsec_"), flaw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX GBkaGxwdHh8=",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFR==",
        "WHSEC_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "whsec_-_ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      })
  void parsingIsStrict(String text) {
    String flaw = WebhookSecret.flaw(text).orElseThrow();
    assertFalse(flaw.contains("AAEC") || flaw.contains("ECAw"), flaw);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 23, 65, 100})
  void theLengthIsBounded(int bytes) {
    assertTrue(WebhookSecret.flaw(Base64.getEncoder().encodeToString(new byte[bytes])).isPresent());
  }

  @Test
  void theLineEndOfAFileIsNoPartOfIt() {
    String text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    assertArrayEquals(WebhookSecret.parse(text).key(), WebhookSecret.parse(text + "\r\n").key());
  }

  @Test
  void itIsNeverPrinted() {
    assertEquals("***", WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").toString());
  }
}
