package org.kextwatch.agent.mac;

import com.dd.plist.BinaryPropertyListParser;
import com.dd.plist.NSArray;
import com.dd.plist.NSData;
import com.dd.plist.NSDate;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import com.dd.plist.NSString;
import com.dd.plist.XMLPropertyListParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import org.jspecify.annotations.Nullable;
import org.xml.sax.helpers.DefaultHandler;

/** A property list, XML or binary, whose top is a dictionary. */
public final class Plist {
  private static final byte[] MAGIC = "bplist".getBytes(StandardCharsets.US_ASCII);

  /** As XML, half a mebibyte of small values takes most of the daemon's heap. */
  private static final int LIMIT_BYTES = 512 << 10;

  private static final int MAX_VALUES = 10_000;
  private static final int MAX_DEPTH = 16;

  private final NSDictionary top;

  private Plist(NSDictionary top) {
    this.top = top;
  }

  /**
   * Reads a property list.
   *
   * @throws NoSuchFileException if there is none
   * @throws IOException if it cannot be read, or is no property list with a dictionary on top
   */
  public static Plist read(Path file) throws IOException {
    if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      throw new IOException(file + " is not a regular file"); // a pipe would not end
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LIMIT_BYTES + 1);
    }
    if (bytes.length > LIMIT_BYTES) {
      throw new IOException(file + " is larger than " + LIMIT_BYTES + " bytes");
    }
    return parse(bytes, file.toString());
  }

  /**
   * Parses a property list.
   *
   * @param name its name in errors
   */
  public static Plist parse(byte[] bytes, String name) throws IOException {
    if (isBinary(bytes) && !BinaryPlistCheck.isPlain(bytes)) {
      throw new IOException(name + " is damaged, or not a property list of text keys");
    }
    NSObject object;
    try {
      object = isBinary(bytes) ? BinaryPropertyListParser.parse(bytes) : parseXml(bytes);
    } catch (Exception | StackOverflowError e) { // bad bytes make the parser throw many types
      throw new IOException(name + " is not a property list: " + e, e);
    }
    if (object instanceof NSDictionary dictionary) {
      return new Plist(dictionary);
    }
    throw new IOException(name + " is a property list without a dictionary");
  }

  private static boolean isBinary(byte[] bytes) {
    return Arrays.equals(bytes, 0, Math.min(bytes.length, MAGIC.length), MAGIC, 0, MAGIC.length);
  }

  /** Without a handler Java's XML parser also prints each error to stderr. */
  private static NSObject parseXml(byte[] bytes) throws Exception {
    DocumentBuilder builder = XMLPropertyListParser.getDocBuilder();
    builder.setErrorHandler(new DefaultHandler());
    return XMLPropertyListParser.parse(builder.parse(new ByteArrayInputStream(bytes)));
  }

  /** The text of a key, empty if it is missing or no text. */
  public Optional<String> string(String key) {
    return top.objectForKey(key) instanceof NSString text
        ? Optional.of(text.getContent())
        : Optional.empty();
  }

  /** The names of all keys. */
  public Set<String> keys() {
    return Set.copyOf(top.keySet());
  }

  /** Whether there is such a key, with any value. */
  public boolean has(String key) {
    return top.containsKey(key);
  }

  /**
   * The boolean of a key, empty if it is missing or no boolean. As to macOS, 0 is false and any
   * other number is true: profiles with integers for booleans are normal.
   */
  public Optional<Boolean> bool(String key) {
    return top.objectForKey(key) instanceof NSNumber number
        ? Optional.of(number.boolValue())
        : Optional.empty();
  }

  /** The dictionary of a key, empty if it is missing or no dictionary. */
  public Optional<Plist> dictionary(String key) {
    return top.objectForKey(key) instanceof NSDictionary inner
        ? Optional.of(new Plist(inner))
        : Optional.empty();
  }

  /**
   * The dictionaries in the array of a key, empty if it is missing or no array; other values in the
   * array are ignored.
   */
  public Optional<List<Plist>> dictionaries(String key) {
    return array(key)
        .map(
            all ->
                all.filter(NSDictionary.class::isInstance)
                    .map(one -> new Plist((NSDictionary) one))
                    .toList());
  }

  /** The texts in the array of a key, none if it is missing or no array. */
  public List<String> strings(String key) {
    return array(key)
        .map(
            all ->
                all.filter(NSString.class::isInstance)
                    .map(one -> ((NSString) one).getContent())
                    .toList())
        .orElse(List.of());
  }

  /** A binary list can name one object many times: an array of too many counts as none. */
  private Optional<Stream<NSObject>> array(String key) {
    return top.objectForKey(key) instanceof NSArray array && array.count() <= MAX_VALUES
        ? Optional.of(Arrays.stream(array.getArray()))
        : Optional.empty();
  }

  /**
   * Everything in it as plain values: text, {@link Boolean}, {@link Long}, {@link Double}, lists
   * and maps by key; dates, data and the like as the parser's objects.
   *
   * @throws IOException if it is nested deeper, or holds more values, than any list of settings. A
   *     binary list can name one object many times, so that a small file stands for a huge tree.
   */
  public Map<String, Object> values() throws IOException {
    return new Plain().map(top, 0);
  }

  /** Makes plain values, up to a number of them. */
  private static final class Plain {
    private int left = MAX_VALUES;

    Map<String, Object> map(NSDictionary dictionary, int depth) throws IOException {
      Map<String, Object> map = new LinkedHashMap<>();
      for (Map.Entry<String, NSObject> entry : dictionary.entrySet()) {
        map.put(entry.getKey(), value(entry.getValue(), depth + 1));
      }
      return map;
    }

    private List<Object> list(NSArray array, int depth) throws IOException {
      List<Object> list = new ArrayList<>();
      for (NSObject item : array.getArray()) {
        list.add(value(item, depth + 1));
      }
      return list;
    }

    /**
     * The parser has null for an element that it does not know, and types that no settings have.
     */
    private Object value(@Nullable NSObject object, int depth) throws IOException {
      if (--left < 0 || depth > MAX_DEPTH) {
        throw new IOException("the property list holds too much");
      }
      if (object instanceof NSDictionary dictionary) {
        return map(dictionary, depth);
      }
      if (object instanceof NSArray array) {
        return list(array, depth);
      }
      if (object instanceof NSNumber number && number.isInteger()) {
        return number.longValue();
      }
      if (object instanceof NSString
          || object instanceof NSNumber
          || object instanceof NSDate
          || object instanceof NSData) {
        return object.toJavaObject();
      }
      throw new IOException("the property list holds something unknown");
    }
  }
}
