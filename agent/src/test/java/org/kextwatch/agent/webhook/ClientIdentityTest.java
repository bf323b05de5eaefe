package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keystores as people make them, and why one cannot be used. */
final class ClientIdentityTest {
  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  @ParameterizedTest
  @ValueSource(strings = {"legacy.p12", "nomac.p12"})
  void whatOldToolsWriteIsTaken(String file) throws Exception {
    assertEquals(Optional.empty(), open(Pems.resource(file), Pems.PASSWORD).flaw(Instant.now()));
  }

  @Test
  void whatJavaWritesIsTaken() throws Exception {
    HeldCertificate client = Pems.server(Pems.root("r")).build();
    ClientIdentity identity = open(Pems.keystore(client, "other"), "other");
    assertEquals(Optional.empty(), identity.flaw(Instant.now()));
  }

  @ParameterizedTest
  @CsvSource({
    "nokey.p12, geheim, holds no private key",
    "camellia.p12, geheim, is encrypted in a way that this Java cannot read",
    "camellia-key.p12, geheim, is encrypted in a way that this Java cannot read",
    "sm3-mac.p12, geheim, is encrypted in a way that this Java cannot read",
    "expired.p12, wrong, has another password",
    "expired.p12, '', has another password",
    "legacy.p12, wrong, has another password",
    "nomac.p12, wrong, has another password",
    "client-purpose.pem, geheim, is PEM",
    "README.md, geheim, is not PKCS#12",
  })
  void whatCannotBeUsedIsRefusedWithTheReason(String file, String password, String reason)
      throws Exception {
    assertRefused(Pems.resource(file), password, reason);
  }

  @Test
  void aDamagedOneIsRefused() throws Exception {
    byte[] whole = Pems.resource("expired.p12");
    assertRefused(Arrays.copyOf(whole, whole.length / 2), Pems.PASSWORD, "is not PKCS#12");
    assertRefused(new byte[0], Pems.PASSWORD, "is not PKCS#12");
    assertRefused("canary".getBytes(ISO_8859_1), Pems.PASSWORD, "is not PKCS#12");
  }

  @Test
  void oneThatHasExpiredIsNamedWithItsDay() throws Exception {
    assertEquals(
        "clientKeystore: /id.p12: its certificate, CN=mac client, expired on 2026-11-23T05:26:48Z",
        open(Pems.resource("expired.p12"), Pems.PASSWORD).flaw(NOW).orElseThrow());
  }

  @Test
  void oneThatIsNotValidYetIsNamed() throws Exception {
    HeldCertificate early = Pems.valid(Pems.server(Pems.root("r")), 2, 9).build();
    String flaw = open(Pems.keystore(early, "x12345"), "x12345").flaw(Instant.now()).orElseThrow();
    assertTrue(flaw.contains("is not valid before "), flaw);
  }

  private static void assertRefused(byte[] file, String password, String reason) {
    UnusableSettingException refusal =
        assertThrows(UnusableSettingException.class, () -> open(file, password));
    assertTrue(refusal.note().startsWith("clientKeystore: /id.p12 " + reason), refusal.note());
  }

  private static ClientIdentity open(byte[] content, String password)
      throws UnusableSettingException {
    return ClientIdentity.open("clientKeystore: /id.p12", content, password.toCharArray());
  }
}
