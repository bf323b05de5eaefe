package org.kextwatch.agent.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes bad inputs of good ones: lines and words change places, words of one seed come into
 * another, pieces are lost and repeated, and whatever hurt a parser before is put in.
 */
final class Mutator {
  /** A quarter of what a tool may print: enough to see what grows with the square. */
  private static final int LONGEST = 256 << 10;

  private static final int LONGEST_OF_MANY = 16 << 10;

  /** Bytes are those of ISO 8859-1, so that text that is not UTF-8 is possible. */
  private static final List<String> TRAPS =
      List.of(
          "",
          "\n",
          "\r",
          "\0",
          " ",
          "\t",
          "\"",
          "\\",
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          ":",
          ",",
          "=",
          "<",
          "&",
          "null",
          "true",
          "false",
          "1",
          "-1",
          "0",
          "unavailable",
          "[managed]",
          "\"\"",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1e999",
          "1e308",
          "1e999999999",
          "1e-999999999",
          "0.1",
          "00000000000000000000000000001",
          "+1000000000-12-31T23:59:59.999Z",
          "-1000000000-01-01T00:00:00Z",
          "+999999999-12-31",
          "1970-01-01T00:00:00Z",
          "\u00ff\u00fe",
          "\u00ef\u00bb\u00bf",
          "\u00c0\u0080",
          "\\ud800",
          "\\u202e",
          "\u00e2\u0080\u00ae",
          "\u00e2\u0080\u00a8",
          "\u00c2\u0085",
          "\u00c4\u00b0", // two characters in lower case
          "\u001b[31m",
          "<!DOCTYPE x [<!ENTITY a \"b\">]>",
          "]]>",
          "<!--",
          "&#0;",
          "activated_enabled",
          "com.microsoft.wdavkext",
          "UBF8T346G9",
          "allowed",
          "protected",
          "loaded");

  /** A text in quotes, a number, a time or a word. */
  private static final Pattern VALUE =
      Pattern.compile("(?<=\")[^\"\n]*(?=\")|[^\\s\",:{}\\[\\]<>]+");

  private static final List<String> REPEATED =
      List.of(
          " ",
          "\n",
          "a.",
          "1.",
          "a ",
          "\"",
          "(",
          "[",
          "{",
          "a.b (",
          "[a] ",
          ",",
          "\t:",
          "-",
          "9",
          "@",
          "\u00c4\u00b0");

  private final Random random;
  private final List<byte[]> seeds;
  private final List<byte[]> words;

  Mutator(List<byte[]> seeds, Random random) {
    this.random = random;
    this.seeds = seeds;
    Set<String> found = new LinkedHashSet<>(TRAPS);
    seeds.stream()
        .flatMap(seed -> Stream.of(text(seed).split("(?<=\\W)|(?=\\W)", -1)))
        .limit(20_000)
        .forEach(found::add);
    this.words = found.stream().map(Mutator::bytes).toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  Stream<byte[]> many(int most) {
    return Stream.generate(this::next).limit(most);
  }

  private byte[] next() {
    byte[] input = any(seeds);
    for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
      input = changed(input);
    }
    return cut(input, LONGEST_OF_MANY);
  }

  private byte[] changed(byte[] input) {
    int at = random.nextInt(input.length + 1);
    int end = Math.min(input.length, at + 1 + random.nextInt(40));
    return switch (random.nextInt(12)) {
      case 0 -> with(input, at, end, new byte[0]);
      case 1 -> with(input, at, Math.min(at + 1, end), new byte[] {(byte) random.nextInt(256)});
      case 2, 3 -> with(input, at, at, any(words));
      case 4, 5 -> wordReplaced(input);
      case 6 -> repeated(input, at, end);
      case 7 -> linesExchanged(input);
      case 8, 9 -> valueReplaced(input, at);
      case 10 -> with(input, at, input.length, part(any(seeds)));
      default -> with(input, at, end, any(words));
    };
  }

  private byte[] wordReplaced(byte[] input) {
    String[] parts = text(input).split("(?<=\\W)|(?=\\W)", -1);
    parts[random.nextInt(parts.length)] = text(any(words));
    return bytes(String.join("", parts));
  }

  private byte[] valueReplaced(byte[] input, int from) {
    String text = text(input);
    Matcher value = VALUE.matcher(text);
    if (!value.find(from) && !value.find(0)) {
      return input;
    }
    return with(input, value.start(), value.end(), any(words));
  }

  private byte[] linesExchanged(byte[] input) {
    String[] lines = text(input).split("(?<=\n)", -1);
    int one = random.nextInt(lines.length);
    int other = random.nextInt(lines.length);
    String line = lines[one];
    lines[one] = lines[other];
    lines[other] = line;
    return bytes(String.join("", lines));
  }

  private byte[] repeated(byte[] input, int from, int to) {
    byte[] piece =
        text(input)
            .substring(from, to)
            .repeat(1 + random.nextInt(300))
            .getBytes(StandardCharsets.ISO_8859_1);
    return with(input, from, to, piece);
  }

  private byte[] part(byte[] of) {
    int from = random.nextInt(of.length + 1);
    return bytes(text(of).substring(from));
  }

  private byte[] any(List<byte[]> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static byte[] with(byte[] input, int from, int to, byte[] between) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(input, 0, from);
    out.writeBytes(between);
    out.write(input, to, input.length - to);
    return out.toByteArray();
  }

  private static byte[] cut(byte[] input, int longest) {
    return input.length <= longest ? input : bytes(text(input).substring(0, longest));
  }

  /** As long as a tool may print: a line, a word or a space of a seed again and again. */
  List<byte[]> longOnes(int most) {
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < most; i++) {
      String seed = text(any(seeds));
      String[] lines = seed.split("(?<=\n)", -1);
      String line = lines[random.nextInt(lines.length)];
      String[] parts = line.split("(?<=\\W)|(?=\\W)", -1);
      int part = random.nextInt(parts.length);
      String piece =
          switch (random.nextInt(6)) {
            case 0 -> line;
            case 1 -> line.strip();
            case 2 -> parts[part];
            case 3 -> parts[part] + text(any(words));
            case 4 -> REPEATED.get(random.nextInt(REPEATED.size()));
            default -> text(any(words));
          };
      String many = piece.repeat(LONGEST / Math.max(piece.length(), 1));
      int at = seed.indexOf(line) + String.join("", List.of(parts).subList(0, part)).length();
      all.add(cut(bytes(seed.substring(0, at) + many + seed.substring(at)), LONGEST));
    }
    return all;
  }
}
