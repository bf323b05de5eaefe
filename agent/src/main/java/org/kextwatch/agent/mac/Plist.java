package org.kextwatch.agent.mac;

import com.dd.plist.BinaryPropertyListParser;
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
import java.util.Arrays;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilder;
import org.xml.sax.helpers.DefaultHandler;

/** A property list, XML or binary, whose top is a dictionary. */
public final class Plist {
  private static final byte[] MAGIC = "bplist".getBytes(StandardCharsets.US_ASCII);
  private static final int LIMIT_BYTES = 4 << 20;

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
   * Understands the bytes of a property list.
   *
   * @param name what to call it in an error
   */
  public static Plist parse(byte[] bytes, String name) throws IOException {
    NSObject object;
    try {
      object = isBinary(bytes) ? BinaryPropertyListParser.parse(bytes) : parseXml(bytes);
    } catch (Exception | StackOverflowError e) { // the parser throws whatever bad bytes lead it to
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

  /** Java's XML parser would tell stderr of every error, besides throwing it. */
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

  /** The boolean of a key, empty if it is missing or no boolean. */
  public Optional<Boolean> bool(String key) {
    return top.objectForKey(key) instanceof NSNumber number && number.isBoolean()
        ? Optional.of(number.boolValue())
        : Optional.empty();
  }
}
