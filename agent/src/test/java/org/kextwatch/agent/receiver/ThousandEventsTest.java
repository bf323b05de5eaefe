package org.kextwatch.agent.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;

/** A thousand events of all sizes and scripts: others verify them, and nobody can touch them. */
final class ThousandEventsTest {
  private static final int EVENTS = 1_000;
  private static final List<Signed> ALL = new ArrayList<>();
  private static final Random RANDOM = new Random(42);

  /** What somebody between sender and receiver could do. */
  private static final Map<String, UnaryOperator<Signed>> TAMPERING = new LinkedHashMap<>();

  static {
    TAMPERING.put("a bit of the body", ThousandEventsTest::otherBit);
    TAMPERING.put("a character more", s -> s.withBody(s.body().replaceFirst("\\.", "..")));
    TAMPERING.put("a character less", s -> s.withBody(s.body().replaceFirst("\\.", "")));
    TAMPERING.put("a line break at the end", s -> s.withBody(s.body() + "\n"));
    TAMPERING.put("no body", s -> s.withBody(""));
    TAMPERING.put("another's body", s -> s.withBody(another(s).body()));
    TAMPERING.put("the same JSON, spaced", s -> s.withBody(s.body().replaceFirst("\":", "\": ")));
    TAMPERING.put("another's id", s -> s.withId(another(s).id()));
    TAMPERING.put("a part of the id in the body", ThousandEventsTest::shifted);
    TAMPERING.put("a later time", s -> s.withTimestamp(s.timestamp() + 1 + RANDOM.nextInt(200)));
    TAMPERING.put("another's signature", s -> s.withSignature(another(s).signature()));
    TAMPERING.put("a bit of the signature", ThousandEventsTest::otherSignature);
    TAMPERING.put("another version", s -> s.withSignature(s.signature().replace("v1,", "v2,")));
    TAMPERING.put("half a signature", s -> s.withSignature(s.signature().substring(0, 25)));
  }

  @BeforeAll
  static void signThem() {
    RandomEvents events = new RandomEvents(42);
    for (int i = 0; i < EVENTS; i++) {
      ALL.add(Signed.of(events.secret(), events.next(), Instant.now().getEpochSecond()));
    }
  }

  @AfterAll
  static void forgetThem() {
    ALL.clear();
  }

  @Test
  void theyAreOfAllSortsAndSizes() {
    List<Integer> sizes = ALL.stream().map(one -> one.body().length()).sorted().toList();
    assertTrue(sizes.get(0) < 700, () -> "" + sizes.get(0));
    assertTrue(sizes.get(EVENTS - 1) > 20_000, () -> "" + sizes.get(EVENTS - 1));
    assertTrue(ALL.stream().anyMatch(one -> one.body().codePoints().anyMatch(c -> c > 0xffff)));
    assertEquals(EVENTS, ALL.stream().map(Signed::signature).distinct().count());
  }

  @Test
  void everyOneIsAsTheSchemasSay() {
    for (Signed one : ALL) {
      assertEquals(List.of(), Schemas.flaws(one.body()));
    }
  }

  @Test
  void weAndTheJavaLibraryAcceptThemAll() {
    assertEquals(EVENTS, ALL.stream().filter(Signed::holdsForUs).count());
    assertEquals(EVENTS, ALL.stream().filter(Signed::holdsForTheJavaLibrary).count());
  }

  /** OpenSSL shares no code with Java, and install.sh brings it. */
  @Test
  void opensslComputesTheSameSignatures(@TempDir Path folder) throws Exception {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      Signed one = ALL.get(i);
      byte[] key = Base64.getDecoder().decode(one.secret().replace("whsec_", ""));
      Files.writeString(
          folder.resolve("" + i), one.id() + "." + one.timestamp() + "." + one.body());
      script.append(
          "openssl dgst -sha256 -mac HMAC -macopt hexkey:%s %d\n"
              .formatted(HexFormat.of().formatHex(key), i));
    }
    Path file = Files.writeString(folder.resolve("script"), script);
    Script.Ended ended = Script.run(folder, Map.of("PATH", System.getenv("PATH")), "sh -e", file);
    assertEquals("", ended.err());
    assertEquals(
        ALL.stream().map(Signed::signature).toList(),
        ended.out().lines().map(ThousandEventsTest::fromHex).toList());
  }

  static Set<String> nothingThatWasTouchedIsAccepted() {
    return TAMPERING.keySet();
  }

  @ParameterizedTest
  @MethodSource
  void nothingThatWasTouchedIsAccepted(String kind) {
    int accepted = 0;
    for (Signed right : ALL) {
      Signed touched = TAMPERING.get(kind).apply(right);
      assertNotEquals(right, touched);
      if (touched.holdsForUs() || touched.holdsForTheJavaLibrary()) {
        accepted++;
      }
    }
    assertEquals(0, accepted);
  }

  @Test
  void thereAreFourteenWaysToTouchOne() {
    assertEquals(14, TAMPERING.size());
  }

  @Test
  void nothingIsAcceptedTooLate() {
    RandomEvents events = new RandomEvents(1);
    long late = Instant.now().getEpochSecond() - 301;
    for (int i = 0; i < EVENTS; i++) {
      Signed replayed = Signed.of(events.secret(), events.next(), late);
      assertTrue(!replayed.holdsForUs() && !replayed.holdsForTheJavaLibrary());
    }
  }

  private static Signed another(Signed one) {
    return ALL.get((ALL.indexOf(one) + 1 + RANDOM.nextInt(EVENTS - 1)) % EVENTS);
  }

  private static Signed otherBit(Signed one) {
    int at;
    do {
      at = RANDOM.nextInt(one.body().length());
    } while (one.body().charAt(at) >= 0x7f);
    StringBuilder body = new StringBuilder(one.body());
    body.setCharAt(at, (char) (body.charAt(at) ^ 1));
    return one.withBody(body.toString());
  }

  /** The signed text is the same but for where the dots are. */
  private static Signed shifted(Signed one) {
    String end = one.id().substring(one.id().length() - 1);
    return one.withId(one.id().substring(0, one.id().length() - 1)).withBody(end + one.body());
  }

  private static Signed otherSignature(Signed one) {
    byte[] mac = Base64.getDecoder().decode(one.signature().substring(3));
    mac[RANDOM.nextInt(mac.length)] ^= (byte) (1 << RANDOM.nextInt(8));
    return one.withSignature("v1," + Base64.getEncoder().encodeToString(mac));
  }

  private static String fromHex(String line) {
    byte[] mac = HexFormat.of().parseHex(line.substring(line.lastIndexOf(' ') + 1));
    return "v1," + Base64.getEncoder().encodeToString(mac);
  }
}
