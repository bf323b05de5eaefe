package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.dd.plist.BinaryPropertyListWriter;
import com.dd.plist.NSDictionary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.fuzz.PlistSeeds;

class PlistTest {
  private static final String HEAD = "<?xml version=\"1.0\"?><plist version=\"1.0\">";

  @TempDir private Path folder;

  @Test
  void readsXml() throws IOException {
    Plist plist =
        parse(HEAD + "<dict><key>a</key><string>b</string><key>c</key><true/></dict></plist>");
    assertEquals(Optional.of("b"), plist.string("a"));
    assertEquals(Optional.of(true), plist.bool("c"));
    assertEquals(Optional.empty(), plist.string("c"));
    assertEquals(Optional.empty(), plist.bool("a"));
    assertEquals(Optional.empty(), plist.string("missing"));
  }

  @Test
  void readsWhatIsInside() throws IOException {
    Plist plist =
        parse(
            HEAD
                + "<dict><key>d</key><dict><key>a</key><string>b</string></dict><key>l</key><array>"
                + "<string>x</string><dict/><integer>1</integer><string>y</string></array></dict>"
                + "</plist>");
    assertEquals(Optional.of("b"), plist.dictionary("d").flatMap(inner -> inner.string("a")));
    assertEquals(List.of("x", "y"), plist.strings("l"));
    assertEquals(1, plist.dictionaries("l").orElseThrow().size());
    for (String other : List.of("d", "missing")) {
      assertEquals(List.of(), plist.strings(other));
      assertTrue(plist.dictionaries(other).isEmpty());
    }
    assertTrue(plist.dictionary("l").isEmpty());
  }

  @Test
  void readsBinary() throws IOException {
    NSDictionary dictionary = new NSDictionary();
    dictionary.put("a", "b");
    dictionary.put("c", false);
    Plist plist = Plist.parse(BinaryPropertyListWriter.writeToArray(dictionary), "x");
    assertEquals(Optional.of("b"), plist.string("a"));
    assertEquals(Optional.of(false), plist.bool("c"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bplist00",
        "bplist00\u0001\u0002\u0003\u0004\u0005\u0006",
        "not a plist",
        HEAD + "<dict><key>a</key></dict></plist>",
        HEAD + "<dict><key>a</key><integer>x</integer></dict></plist>",
        HEAD + "<array/></plist>",
        HEAD + "<dict>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><plist><dict><key>a</key>"
            + "<string>&b;</string></dict></plist>"
      })
  void refusesWhatIsNoPropertyListWithoutAWordOnTheConsole(String content) {
    PrintStream stderr = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      IOException refusal = assertThrows(IOException.class, () -> parse(content));
      assertTrue(String.valueOf(refusal.getMessage()).startsWith("x is "));
    } finally {
      System.setErr(stderr);
    }
    assertEquals("", said.toString(StandardCharsets.UTF_8));
  }

  @Test
  void survivesRandomBytesInEitherForm() {
    Random random = new Random(7);
    for (int i = 0; i < 2_000; i++) {
      byte[] bytes = new byte[random.nextInt(200) + 8];
      random.nextBytes(bytes);
      if (i % 2 == 0) {
        System.arraycopy("bplist00".getBytes(StandardCharsets.US_ASCII), 0, bytes, 0, 8);
      }
      assertThrows(IOException.class, () -> Plist.parse(bytes, "x"));
    }
  }

  @Test
  void survivesDeepNesting() {
    String deep = HEAD + "<dict><key>a</key>" + "<array>".repeat(100_000);
    assertThrows(IOException.class, () -> parse(deep));
  }

  @Test
  void givesEveryKindOfValueAsAPlainOne() throws IOException {
    Map<String, Object> values =
        parse(
                HEAD
                    + "<dict><key>t</key><string>x</string><key>b</key><true/><key>n</key>"
                    + "<integer>-7</integer><key>r</key><real>1.5</real><key>l</key><array>"
                    + "<integer>1</integer><false/></array><key>d</key><dict><key>e</key>"
                    + "<string/></dict></dict></plist>")
            .values();
    assertEquals(
        Map.of(
            "t", "x", "b", true, "n", -7L, "r", 1.5, "l", List.of(1L, false), "d", Map.of("e", "")),
        values);
  }

  @Test
  void refusesToUnfoldWhatIsTooDeepOrTooMuch() throws IOException {
    String deep = "<array>".repeat(20) + "</array>".repeat(20);
    Plist nested = parse(HEAD + "<dict><key>a</key>" + deep + "</dict></plist>");
    assertThrows(IOException.class, nested::values);
    Plist wide =
        parse(
            HEAD
                + "<dict><key>a</key><array>"
                + "<true/>".repeat(10_001)
                + "</array></dict></plist>");
    assertThrows(IOException.class, wide::values);
  }

  /** Each of 14 arrays names the next ten times: a kilobyte that stands for 10^14 values. */
  @Test
  void aSmallBinaryListThatStandsForAHugeTreeIsRefused() {
    assertThrows(IOException.class, () -> Plist.parse(bomb(), "x").values());
  }

  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Integer> offsets = new ArrayList<>();
    out.write("bplist00".getBytes(StandardCharsets.US_ASCII));
    offsets.add(out.size());
    out.write(new byte[] {(byte) 0xd1, 1, 2}); // a dictionary: key 1, value 2
    offsets.add(out.size());
    out.write(new byte[] {0x51, 'a'});
    for (int n = 2; n < 16; n++) {
      offsets.add(out.size());
      out.write(0xaa);
      for (int i = 0; i < 10; i++) {
        out.write(n + 1);
      }
    }
    offsets.add(out.size());
    out.write(0x09); // true
    int table = out.size();
    offsets.forEach(
        offset -> out.writeBytes(new byte[] {(byte) (offset >> 8), (byte) (int) offset}));
    ByteBuffer trailer = ByteBuffer.allocate(32);
    trailer.put(6, (byte) 2).put(7, (byte) 1);
    trailer.putLong(8, offsets.size()).putLong(16, 0).putLong(24, table);
    out.write(trailer.array());
    return out.toByteArray();
  }

  /** The parser prints a line on stderr for each such length. */
  @Test
  void aBinaryListWhoseLengthsAreNoNumbersIsRefused() throws IOException {
    byte[] list = PlistSeeds.all().get(1);
    assertTrue(Plist.parse(list, "x").has("AllowUserOverrides"));
    int text = new String(list, StandardCharsets.ISO_8859_1).indexOf("_\u0010");
    list[text + 1] = 0x60;
    IOException refusal = assertThrows(IOException.class, () -> Plist.parse(list, "x"));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith("x is damaged"));
  }

  @Test
  void aMissingFileIsSaidToBeMissing() {
    assertThrows(NoSuchFileException.class, () -> Plist.read(folder.resolve("none.plist")));
  }

  private static Plist parse(String text) throws IOException {
    return Plist.parse(text.getBytes(StandardCharsets.UTF_8), "x");
  }
}
