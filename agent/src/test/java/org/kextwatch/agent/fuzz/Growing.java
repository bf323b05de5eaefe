package org.kextwatch.agent.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/**
 * A seed in which one piece is repeated until it has any length.
 *
 * @param before what stands before the repeated piece, in bytes as ISO 8859-1
 */
record Growing(String before, String piece, String after) {
  /** Among them each bracket and quote, letters that grow in lower case, and half characters. */
  private static final List<String> PIECES =
      List.of(
          "\n",
          "\r\n",
          " ",
          "\t",
          "  \n",
          "\u00a0",
          "\"",
          "'",
          "\\",
          "\\\"",
          "(",
          ")",
          "[",
          "]",
          "[]",
          "{",
          "}",
          "{}",
          "<",
          ">",
          "</",
          "<a>",
          "&amp;",
          ",",
          ":",
          ";",
          "=",
          "/",
          "//",
          ".",
          "..",
          "-",
          "--",
          "_",
          "@",
          "%",
          "*",
          "+",
          "0",
          "9",
          "1.",
          "a",
          "a ",
          "a.",
          "a:",
          "a,",
          "A",
          "Z9",
          "\0",
          "\u00c4\u00b0",
          "\u00e1\u00ba\u009e",
          "\u00ed\u00a0\u0080",
          "\u00ed\u00b0\u0080",
          "\u00f0\u009f\u0098\u0080",
          "\\ud800",
          "\u00e2\u0080\u00a8",
          "\u001b[0m",
          "\u001b[",
          "\u00ff",
          "https://",
          "x=y ",
          "/Users/",
          "a.b (1) [x]\n");

  /** Any place of a seed, and there a piece of it or another one. */
  static Growing any(List<byte[]> seeds, Random random) {
    String seed = text(seeds.get(random.nextInt(seeds.size())));
    String[] parts = seed.split("(?<=\\W)|(?=\\W)", -1);
    int at = random.nextInt(parts.length);
    String before = String.join("", List.of(parts).subList(0, at));
    String other = PIECES.get(random.nextInt(PIECES.size()));
    String piece =
        switch (random.nextInt(8)) {
          case 0, 1 -> parts[at];
          case 2 -> parts[at] + other;
          case 3 -> line(before, seed);
          case 4 -> seed;
          default -> other;
        };
    return new Growing(
        random.nextInt(8) == 0 ? "" : before,
        piece.isEmpty() ? other : piece,
        random.nextInt(8) == 0 ? "" : seed.substring(before.length()));
  }

  private static String line(String before, String seed) {
    int from = before.lastIndexOf('\n') + 1;
    int to = seed.indexOf('\n', before.length());
    return seed.substring(from, to < 0 ? seed.length() : to + 1);
  }

  byte[] ofLength(int bytes) {
    byte[] one = piece.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(before.getBytes(StandardCharsets.ISO_8859_1));
    while (all.size() < bytes) {
      all.writeBytes(one);
    }
    all.writeBytes(after.getBytes(StandardCharsets.ISO_8859_1));
    return all.toByteArray();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
