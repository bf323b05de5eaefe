package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The secret of one Mac: the script of the sender's side and the receiver's two agree. */
final class DerivedSecretIT {
  private static final String MASTER = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwVv8b2hMWjxQ=";
  private static final List<String> SERIALS =
      List.of("C02XK0AAJG5H", "XYZ1234567", "F0A9B8C7D6E5F4");
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", System.getenv("PATH"));

  @TempDir private Path folder;
  private Path master;

  @BeforeEach
  void aMaster() throws IOException {
    master = Files.writeString(folder.resolve("master"), MASTER + "\n");
    open("rw-------");
  }

  private void open(String permissions) throws IOException {
    Files.setPosixFilePermissions(master, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void theScriptDerivesWhatHmacSays() throws Exception {
    for (String shell : Script.shells().toList()) {
      for (String serial : SERIALS) {
        assertEquals(new Ended(0, expected(serial) + "\n", ""), derive(shell, serial));
      }
    }
  }

  @Test
  void aMacCannotSignForAnother() throws Exception {
    String own = derive("sh", SERIALS.get(0)).out().strip();
    String others = derive("sh", SERIALS.get(1)).out().strip();
    assertNotEquals(own, others);
    long now = Instant.now().getEpochSecond();
    Signed forged = Signed.of(own, new RandomEvents(7).next(), now);
    assertTrue(forged.holdsForTheJavaLibrary());
    Signed claimed =
        new Signed(others, forged.id(), forged.timestamp(), forged.body(), forged.signature());
    assertFalse(claimed.holdsForTheJavaLibrary());
  }

  @Test
  void whatIsNoMasterOrNoSerialNumberIsRefused() throws Exception {
    for (String wrong : List.of("", "c02xk0aajg5h", "C02XK0AAJG5H\n", "C02XK0AAJG5H; id")) {
      assertEquals("", derive("sh", wrong).out(), wrong);
    }
    String unpadded = MASTER.substring(0, MASTER.length() - 1); // Python would not read it
    for (String wrong : List.of("", "whsec_short", unpadded, MASTER + "=", " " + MASTER)) {
      Files.writeString(master, wrong + "\n");
      assertRefused("holds no whsec_ secret");
    }
  }

  @Test
  void aMasterThatOthersCanReadIsRefused() throws Exception {
    for (String permissions : List.of("rw-r--r--", "rw----r--", "rw--w----")) {
      open(permissions);
      assertRefused("is open to others: run chmod 600 on it");
    }
  }

  @Test
  void aMasterThatWasSavedOnWindowsCounts() throws Exception {
    for (String end : List.of("\r\n", "", "\n\n")) {
      Files.writeString(master, MASTER + end);
      assertEquals(new Ended(0, expected(SERIALS.get(0)) + "\n", ""), derive("sh", SERIALS.get(0)));
    }
  }

  private void assertRefused(String why) throws Exception {
    Ended refused = derive("sh", SERIALS.get(0));
    assertEquals(new Ended(refused.exit(), "", master + " " + why + "\n"), refused);
    assertNotEquals(0, refused.exit());
  }

  /** With node and python3, as they are written in docs/webhook.md. */
  @Test
  @Tag("soak")
  void theReceiversDeriveTheSame() throws Exception {
    Files.writeString(
        folder.resolve("derive.mjs"),
        block("javascript", "secretOf")
            + "for (const one of process.argv.slice(2)) console.log(secretOf('"
            + MASTER
            + "', one))\n");
    Files.writeString(
        folder.resolve("derive.py"),
        block("python", "secret_of")
            + "import sys\nfor one in sys.argv[1:]: print(secret_of('"
            + MASTER
            + "', one))\n");
    StringBuilder expected = new StringBuilder();
    for (String serial : SERIALS) {
      expected.append(expected(serial)).append('\n');
    }
    Ended right = new Ended(0, expected.toString(), "");
    Object[] serials = SERIALS.toArray();
    assertEquals(right, Script.run(folder, ENVIRONMENT, "node derive.mjs", serials));
    assertEquals(right, Script.run(folder, ENVIRONMENT, "python3 derive.py", serials));
  }

  private Ended derive(String shell, String serial) throws Exception {
    Path script = Script.AGENT.resolve("docs/receivers/derive-secret");
    return Script.run(folder, ENVIRONMENT, shell, script, master, serial);
  }

  private static String expected(String serial) throws Exception {
    Mac hmac = Mac.getInstance("HmacSHA256");
    byte[] key = Base64.getDecoder().decode(MASTER.substring("whsec_".length()));
    hmac.init(new SecretKeySpec(key, "HmacSHA256"));
    byte[] derived = hmac.doFinal(("kextwatch:" + serial).getBytes(StandardCharsets.UTF_8));
    return "whsec_" + Base64.getEncoder().encodeToString(derived);
  }

  private static String block(String language, String name) throws IOException {
    String page = Files.readString(Script.AGENT.resolve("docs/webhook.md"));
    return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map((MatchResult found) -> found.group(1))
        .filter(code -> code.contains(name))
        .findFirst()
        .orElseThrow();
  }
}
