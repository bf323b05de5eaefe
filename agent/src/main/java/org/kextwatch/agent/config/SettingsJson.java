package org.kextwatch.agent.config;

import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonReader.Token;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import okio.Buffer;
import org.kextwatch.agent.config.SettingsText.BadTextException;

/** Parses a JSON object of settings, and knows the line of each key and of each error. */
final class SettingsJson {
  private static final int MAX_DEPTH = 16;
  private static final String CUT_OFF = "it ends too early and may be incomplete";
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

  private final String file;
  private final byte[] bytes;
  private final Buffer left = new Buffer();
  private final JsonReader reader;
  private final Map<String, Integer> lines = new HashMap<>();

  private boolean isInText;
  private int line = 1;
  private int counted;

  SettingsJson(String file, byte[] bytes) {
    this.file = file;
    this.bytes = bytes;
    this.reader = JsonReader.of(left.write(bytes));
  }

  Map<String, Integer> lines() {
    return lines;
  }

  Map<String, Object> read() throws BadTextException {
    try {
      if (reader.peek() != Token.BEGIN_OBJECT) {
        throw new BadTextException(file + ": it must be one JSON object, { … }.");
      }
      Map<String, Object> top = object("", 1);
      if (!skipSpace()) {
        throw bad(nameOf(left.readUtf8CodePoint()) + ", after the closing }");
      }
      return top;
    } catch (IOException | JsonDataException e) { // the library's message may quote a secret
      throw bad(found());
    }
  }

  private Map<String, Object> object(String prefix, int depth)
      throws IOException, BadTextException {
    Map<String, Object> members = new LinkedHashMap<>();
    reader.beginObject();
    while (reader.hasNext()) {
      isInText = true;
      String name = reader.nextName();
      isInText = false;
      lines.put(prefix + name, line());
      if (members.containsKey(name)) {
        throw bad("this key is there twice: " + ValueDescription.name(name));
      }
      members.put(name, value(prefix + name + ".", depth));
    }
    reader.endObject();
    members.values().removeIf(NoValue.class::isInstance);
    return members;
  }

  private Object value(String prefix, int depth) throws IOException, BadTextException {
    if (depth > MAX_DEPTH) {
      throw bad("it is nested too deeply");
    }
    return switch (reader.peek()) {
      case BEGIN_OBJECT -> object(prefix, depth + 1);
      case BEGIN_ARRAY -> list(prefix, depth + 1);
      case STRING -> text();
      case NUMBER -> number(reader.nextString());
      case BOOLEAN -> reader.nextBoolean();
      default -> {
        reader.nextNull();
        yield new NoValue();
      }
    };
  }

  private static Number number(String text) {
    if (WHOLE.matcher(text).matches()) {
      return Long.valueOf(text);
    }
    return Double.valueOf(text);
  }

  private List<Object> list(String prefix, int depth) throws IOException, BadTextException {
    List<Object> items = new ArrayList<>();
    reader.beginArray();
    while (reader.hasNext()) {
      items.add(value(prefix, depth));
    }
    reader.endArray();
    return items;
  }

  private String text() throws IOException {
    isInText = true;
    String text = reader.nextString();
    isInText = false;
    return text;
  }

  private BadTextException bad(String what) {
    return new BadTextException(
        "%s: it is not valid JSON: line %d: %s.".formatted(file, line(), what));
  }

  /** The line that the reader has reached. */
  private int line() {
    for (; counted < bytes.length - left.size(); counted++) {
      line += bytes[counted] == '\n' ? 1 : 0;
    }
    return line;
  }

  /** Whether nothing but white space is left. */
  private boolean skipSpace() throws IOException {
    while (!left.exhausted() && " \t\r\n".indexOf(left.getByte(0)) >= 0) {
      left.skip(1);
    }
    return left.exhausted();
  }

  /** Describes what the reader could not parse; never a text, which may be a secret. */
  private String found() {
    if (isInText) {
      return "a text without a closing double quote, or with a wrong \\ in it";
    }
    try {
      int last = (int) (bytes.length - left.size()) - 1;
      boolean isTaken = last >= 0 && " \t\r\n{[,:".indexOf(bytes[last]) < 0;
      if (isTaken && (left.exhausted() || "/#".indexOf(left.getByte(0)) < 0)) {
        return left.exhausted() && bytes[last] != '\'' ? CUT_OFF : nameOf(bytes[last] & 0xff);
      }
      if (skipSpace()) {
        return bytes.length == 0 ? "it is empty" : CUT_OFF;
      }
      return nameOf(left.readUtf8CodePoint());
    } catch (IOException e) {
      return "it cannot be read";
    }
  }

  private static String nameOf(int character) {
    return switch (character) {
      case '/', '#' -> "a comment, which JSON does not allow";
      case '\'' -> "a single quote, where JSON needs a double quote";
      case '“', '”', '„', '‘', '’', '«', '»' -> "a typographic quote, where JSON needs \"";
      case ',' -> "one comma too many";
      case '}', ']' -> "one comma too many, or a missing value, before " + (char) character;
      case '"' -> "a comma or a colon is missing before a text";
      default ->
          Character.isLetterOrDigit(character)
              ? "a word that is not a number, true, false or a text in double quotes"
              : Character.isISOControl(character)
                  ? "a character that cannot be shown"
                  : "the character " + Character.toString(character) + " where none is allowed";
    };
  }

  /** The value null: the setting is not set. */
  private record NoValue() {}
}
