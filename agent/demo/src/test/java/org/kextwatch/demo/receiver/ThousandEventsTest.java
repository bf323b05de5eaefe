package org.kextwatch.demo.receiver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kextwatch.demo.receiver.EventCorpus.EVENTS;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Schemas;
import org.kextwatch.agent.Script;

/** A thousand events of all sizes and scripts: others verify them, and nobody can touch them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ThousandEventsTest {
  private final EventCorpus thousand = new EventCorpus(42);
  private final List<Signed> all = thousand.events();

  @Test
  void theyAreOfAllSortsAndSizes() {
    List<Integer> sizes = all.stream().map(one -> one.body().length()).sorted().toList();
    assertTrue(sizes.get(0) < 700, () -> "" + sizes.get(0));
    assertTrue(sizes.get(EVENTS - 1) > 20_000, () -> "" + sizes.get(EVENTS - 1));
    assertTrue(all.stream().anyMatch(one -> one.body().codePoints().anyMatch(c -> c > 0xffff)));
    assertEquals(EVENTS, all.stream().map(Signed::signature).distinct().count());
  }

  @Test
  void everyOneIsAsTheSchemasSay() {
    for (Signed one : all) {
      assertEquals(List.of(), Schemas.flaws(one.body()));
    }
  }

  @Test
  void weAndTheJavaLibraryAcceptThemAll() {
    assertEquals(EVENTS, all.stream().filter(Signed::holdsForUs).count());
    assertEquals(EVENTS, all.stream().filter(Signed::holdsForTheJavaLibrary).count());
  }

  /** OpenSSL shares no code with Java, and install.sh brings it. */
  @Test
  void opensslComputesTheSameSignatures(@TempDir Path folder) throws Exception {
    StringBuilder script = new StringBuilder();
    for (int i = 0; i < EVENTS; i++) {
      Signed one = all.get(i);
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
        all.stream().map(Signed::signature).toList(),
        ended.out().lines().map(ThousandEventsTest::fromHex).toList());
  }

  Set<String> nothingThatWasTouchedIsAccepted() {
    return thousand.kinds();
  }

  @ParameterizedTest
  @MethodSource
  void nothingThatWasTouchedIsAccepted(String kind) {
    List<Signed> touched = thousand.touched(kind);
    for (int i = 0; i < EVENTS; i++) {
      assertNotEquals(all.get(i), touched.get(i));
    }
    assertEquals(0, touched.stream().filter(Signed::holdsForUs).count());
    assertEquals(0, touched.stream().filter(Signed::holdsForTheJavaLibrary).count());
  }

  @Test
  void thereAreFourteenWaysToTouchOne() {
    assertEquals(14, thousand.kinds().size());
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

  private static String fromHex(String line) {
    byte[] mac = HexFormat.of().parseHex(line.substring(line.lastIndexOf(' ') + 1));
    return "v1," + Base64.getEncoder().encodeToString(mac);
  }
}
