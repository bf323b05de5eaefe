package org.kextwatch.agent.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Values at the limits of what a setting accepts, of the type that its form has. */
final class FormSamples {
  private static final List<Object> PATHS =
      List.of(
          "/Library/Application Support/Kextwatch/secret",
          "/a..b/..c/d",
          "/é",
          "relative",
          "/a/../b",
          "/..",
          "/a/..",
          "/a\nb",
          "/" + "a".repeat(4095),
          "/" + "a".repeat(4096));
  private static final List<Object> ENDPOINTS =
      List.of(
          "https://hooks.example.com/kextwatch?key=a@b#c",
          "https://fleet:8443",
          "https://[fd00::1]:8443/x",
          "http://127.0.0.1:8080/",
          "http://localhost",
          "http://[::1]:9/",
          "http://hooks.example.com/",
          "https://user:password@hooks.example.com/",
          "ftp://hooks.example.com/",
          "hooks.example.com",
          "http://127.0.0.1.example.com/",
          "https://");
  private static final List<Object> PROXIES =
      List.of(
          "system",
          "none",
          "proxy.example.com:8080",
          "[fd00::1]:8080",
          "proxy.example.com",
          "http://proxy:8080",
          "System");
  private static final Map<String, List<Object>> WATCHED =
      Map.of(
          "extension.path",
          List.of(
              "/Library/Extensions/a b.kext",
              "/Library/Extensions/a/b.kext",
              "/System/Library/Extensions/a.kext",
              "/Library/Extensions/.kext"),
          "extension.bundleId",
          List.of("com.example.kext", "com example", "com.example/kext"),
          "extension.teamId",
          List.of("ABCDE12345", "abcde12345", "ABCDE123456"));

  private FormSamples() {}

  static List<Object> of(FormField field) {
    NumberType<?> number = field.number();
    if (number != null) {
      return numbers(number);
    }
    if (field.isFlag()) {
      return List.of(true, false, 2);
    }
    if (!field.words().isEmpty()) {
      List<Object> words = new ArrayList<>(field.words());
      words.addAll(List.of("other", "FULL", 1));
      return words;
    }
    ValueType<?> type = field.key().type();
    if (type == ValueTypes.LABELS) {
      return List.of(
          Map.of(), Map.of("site", "Berlin"), labels(16), labels(17), Map.of("site", 1), "Berlin");
    }
    if (type == ValueTypes.HEADERS) {
      return List.of(
          Map.of(), Map.of("X-Site", "a b"), Map.of("X Site", "a"), Map.of("X-Site", "é"), "X: a");
    }
    return type == ValueTypes.PATH
        ? PATHS
        : type == ValueTypes.ENDPOINT
            ? ENDPOINTS
            : type == ValueTypes.PROXY ? PROXIES : WATCHED.get(field.key().name());
  }

  private static List<Object> numbers(NumberType<?> number) {
    return List.of(
        number.min(), number.max(), number.min() - 1, number.max() + 1, 0, -1, number.min() + 0.5);
  }

  private static Map<String, String> labels(int count) {
    Map<String, String> labels = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> labels.put("label" + i, "x"));
    return labels;
  }
}
