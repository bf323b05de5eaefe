package org.kextwatch.agent.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Audience;
import org.kextwatch.agent.config.ValueTypes.PatternType;
import org.kextwatch.agent.mac.EnumWord;

/**
 * What the form of an MDM needs to know of a key. Patterns are regular expressions of JavaScript,
 * which the forms use, and match a whole text.
 */
record FormField(Key<?> key) {
  private static final String PATH = "^/(?!(?:.*/)?\\.\\.(?:/|$))[^\\u0000-\\u001f]*$";
  private static final String ENDPOINT =
      "^(?:https://(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])"
          + "|http://(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1\\]))(?::[0-9]{1,5})?(?:[/?#]\\S*)?$";

  static List<FormField> all() {
    return Keys.all().stream().map(FormField::new).toList();
  }

  /** The dictionary that it is a member of, {@code null} for none. */
  @Nullable String dictionary() {
    int dot = key.name().indexOf('.');
    return dot < 0 ? null : key.name().substring(0, dot);
  }

  String name() {
    return key.name().substring(key.name().indexOf('.') + 1);
  }

  boolean isEveryday() {
    return key.audience() == Audience.EVERYDAY;
  }

  /** For people: {@code confirmSeconds} is "Confirm (seconds)". */
  String title() {
    return title(name());
  }

  static String title(String name) {
    String words = name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT) + " ";
    String spelt =
        words
            .replaceFirst("^ca ", "CA ")
            .replace(" id ", " ID ")
            .replace(" ids ", " IDs ")
            .strip()
            .replaceFirst(" (seconds|hours|days)$", " ($1)");
    return Character.toUpperCase(spelt.charAt(0)) + spelt.substring(1);
  }

  boolean isFlag() {
    return key.type() == ValueTypes.FLAG;
  }

  /** The bounds of a number, {@code null} if it is none. */
  @Nullable NumberType<?> number() {
    return key.type() instanceof NumberType<?> number ? number : null;
  }

  boolean isTexts() {
    return key.type() == ValueTypes.LABELS || key.type() == ValueTypes.HEADERS;
  }

  /** The words of which it is one, none if it is another text. */
  List<String> words() {
    return key.defaultValue() instanceof Enum<?> word
        ? Stream.of(word.getDeclaringClass().getEnumConstants())
            .map(constant -> EnumWord.of((Enum<?>) constant))
            .toList()
        : List.of();
  }

  /** What a text must match, {@code null} if it is none, or one of a few words. */
  @Nullable String pattern() {
    if (key.type() instanceof PatternType text) {
      return "^(?:" + text.pattern().pattern().replace("\\x", "\\u00") + ")$";
    }
    return Map.of(ValueTypes.PATH, PATH, ValueTypes.ENDPOINT, ENDPOINT).get(key.type());
  }

  /** As an operator writes it, {@code null} if there is none or it is empty. */
  @Nullable Object defaultValue() {
    return written(key);
  }

  private static <T> @Nullable Object written(Key<T> key) {
    T value = key.defaultValue();
    return value == null || Map.of().equals(value) ? null : key.type().written(value);
  }
}
