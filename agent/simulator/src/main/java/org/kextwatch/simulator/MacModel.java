package org.kextwatch.simulator;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;

/**
 * A kind of Mac: its macOS and its Defender, as its page in {@code macs/} describes them. Files in
 * its overlay replace those in {@code mac/}, which all Macs share. In both, a word between
 * {@code @} stands for a fact of the page.
 */
public enum MacModel {
  HIGH_SIERRA("10.13"),
  MOJAVE("10.14"),
  CATALINA("10.15"),
  BIG_SUR("11"),
  VENTURA("13"),
  SEQUOIA("15"),
  TAHOE("26");

  private final String macOs;

  MacModel(String macOs) {
    this.macOs = macOs;
  }

  /** The version of macOS, such as {@code 10.13} or {@code 26}. */
  public String macOs() {
    return macOs;
  }

  /** The version of its Defender. */
  public String defender() {
    return fact("defender").orElseThrow();
  }

  /** Whether macOS knows system extensions, which came with 10.15. */
  boolean knowsSystemExtensions() {
    return this != HIGH_SIERRA && this != MOJAVE;
  }

  /** Whether its Defender lives in the kernel. */
  boolean usesKext() {
    return fact("uses").orElseThrow().equals("kext");
  }

  Optional<String> fact(String name) {
    return Optional.ofNullable(page().getProperty(name));
  }

  /**
   * The content of a file of this Mac.
   *
   * @throws FileNotFoundException if no such Mac has it
   */
  String file(String path) throws IOException {
    Optional<String> own = Optional.empty();
    if (fact("overlay").isPresent()) {
      own = text(fact("overlay").get() + path);
    }
    return filled(own.isPresent() ? own.get() : resource("mac" + path));
  }

  /** The tables of its approval database. */
  String schema() throws IOException {
    return resource("kextpolicy-schema-" + fact("schema").orElseThrow() + ".sql");
  }

  private String filled(String template) {
    String text = template;
    Properties page = page();
    for (String name : page.stringPropertyNames()) {
      text = text.replace("@" + name + "@", page.getProperty(name));
    }
    return text;
  }

  private Properties page() {
    Properties page = new Properties();
    try {
      page.load(new StringReader(resource("macs/" + macOs + ".properties")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return page;
  }

  static String resource(String name) throws IOException {
    return text(name)
        .orElseThrow(() -> new FileNotFoundException("this build lacks its resource " + name));
  }

  private static Optional<String> text(String name) throws IOException {
    try (InputStream in = MacModel.class.getResourceAsStream(name)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
