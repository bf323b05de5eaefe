package org.kextwatch.program;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Texts that must stay where they are, and a search for them in every form in which a careless
 * program might write them. A canary is of letters and digits, so that it is the same in JSON, XML
 * and URLs, unless each character is escaped.
 */
final class Canaries {
  private final Map<String, String> forms = new LinkedHashMap<>();
  private int count;

  /** Adds a text. */
  Canaries with(String name, String text) {
    return with(name, text.getBytes(ISO_8859_1));
  }

  Canaries with(String name, byte[] secret) {
    count++;
    HexFormat hex = HexFormat.of();
    forms.put(name, new String(secret, ISO_8859_1));
    forms.put(name + " in hex", hex.formatHex(secret));
    forms.put(name + " in HEX", hex.withUpperCase().formatHex(secret));
    forms.put(name + " for a URL", hex.withPrefix("%").formatHex(secret));
    forms.put(name + " for a URL, upper", hex.withUpperCase().withPrefix("%").formatHex(secret));
    forms.put(name + " in JSON", hex.withPrefix("\\u00").formatHex(secret));
    forms.put(name + " in JSON, upper", hex.withUpperCase().withPrefix("\\u00").formatHex(secret));
    for (int before = 0; before < 3; before++) {
      String inner = base64(secret, before);
      forms.put(name + " in base64 after " + before, inner);
      forms.put(name + " in base64url after " + before, inner.replace('+', '-').replace('/', '_'));
    }
    return this;
  }

  /** The digits of base64 that are the same whatever stands around the secret. */
  private static String base64(byte[] secret, int before) {
    byte[] shifted = new byte[before + secret.length];
    System.arraycopy(secret, 0, shifted, before, secret.length);
    String digits = Base64.getEncoder().withoutPadding().encodeToString(shifted);
    return digits.substring((before * 8 + 5) / 6, shifted.length * 8 / 6);
  }

  int count() {
    return count;
  }

  Map<String, String> forms() {
    return Map.copyOf(forms);
  }

  /** Which are in a text. */
  List<String> in(String text) {
    return forms.entrySet().stream()
        .filter(form -> text.contains(form.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * What of them is in the files below a folder, or in their paths.
   *
   * @param except files that may hold them, and folders of such
   */
  List<String> below(Path folder, Set<Path> except) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        if (except.stream().noneMatch(file::startsWith)) {
          in(folder.relativize(file).toString()).forEach(name -> found.add(file + ": " + name));
          if (Files.isRegularFile(file)) {
            in(content(file)).forEach(name -> found.add(file + ": " + name));
          }
        }
      }
    }
    return found;
  }

  /**
   * Archives are unpacked; the jars of the release are as they were before any secret was there.
   */
  private static String content(Path file) throws IOException {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    if (name.endsWith(".jar")) {
      return "";
    }
    String content = Files.readString(file, ISO_8859_1);
    if (!name.endsWith(".zip")) {
      return content;
    }
    StringBuilder all = new StringBuilder(content);
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
      ZipEntry entry = zip.getNextEntry();
      while (entry != null) {
        all.append(entry.getName()).append('\n');
        all.append(new String(zip.readAllBytes(), ISO_8859_1)).append('\n');
        entry = zip.getNextEntry();
      }
    }
    return all.toString();
  }

  @Override
  public String toString() {
    return Arrays.stream(forms.keySet().toArray(String[]::new)).collect(Collectors.joining(", "));
  }
}
