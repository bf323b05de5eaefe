package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What people read is present-day English. Each row is a word or phrase that made readers stumble,
 * with what is wrong with it; a row stays, so that the phrase does not come back.
 */
class PlainWordsTest {
  private static final int README_COLUMNS = 120;

  /** Phrases that no document, script, comment or message has. */
  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase("[Tt]ells? nobody", "a riddle: sends no events"),
          new Phrase("(cannot|to) be believed", "is not trusted, does not count"),
          new Phrase("\\b[Mm]end(s|ed|ing)?\\b", "archaic: fix, correct"),
          new Phrase("profiles come and go", "a riddle: profiles can be removed and installed"),
          new Phrase("\\b[Rr]ightly\\b", "archaic: name what must be corrected"),
          new Phrase("\\bopen wider\\b", "has wider permissions than"),
          new Phrase("\\bwe are ending\\b", "the agent is shutting down"),
          new Phrase("happened to others too", "a riddle: the whole fleet saw this"),
          new Phrase(
              "\\w+, for (it|they|he|there|this is|what|bootout|stdout|profiles) ",
              "\"for\" is not \"because\""),
          new Phrase("\\banew\\b", "archaic: again, a new"),
          new Phrase("\\bdoom(s|ed)?\\b", "the field says: marked for removal, dropped"),
          new Phrase("\\bbur(y|ies|ied)\\b", "the field says: discard, delete"),
          new Phrase("\\bvouch", "archaic: shows, proves"),
          new Phrase("\\b(bears|bore|borne)\\b", "archaic: has, carries"),
          new Phrase("not a word|without a word", "prints nothing, is not reported"),
          new Phrase("\\bgoodbye\\b", "the event is agent.stopping"),
          new Phrase("\\bnobody else's\\b", "belongs to root only"),
          new Phrase("passes over", "a riddle: ignores"),
          new Phrase("\\bdeeds?\\b", "archaic: steps, actions"),
          new Phrase("\\b(is|are) taken back\\b", "is rolled back"),
          new Phrase("\\blest\\b", "archaic: so that … not"),
          new Phrase("\\bn[ao]ught\\b", "archaic: zero, nothing"),
          new Phrase("\\b(where|there|here)(of|in|upon|to)\\b", "archaic: of it, in it"),
          new Phrase("\\b[wth]?hence(forth)?\\b", "archaic: so, from where"),
          new Phrase(
              "\\b(shall|wont|behold|ought|forthwith)\\b", "archaic: must, used to, at once"),
          new Phrase("\\bof its own accord\\b", "by itself"),
          new Phrase("\\bfor want of\\b", "because there is no"),
          new Phrase("\\band its kin\\b", "and similar systems"),
          new Phrase("\\b(comes?|came) up\\b", "starts, started"),
          new Phrase("\\blying about\\b", "is left behind"),
          new Phrase("\\bamiss\\b", "archaic: wrong"),
          new Phrase("\\bhas a word for\\b", "prints a line for"));

  /** Text blocks, string literals and comments; character literals are only passed. */
  private static final Pattern WORDS_OF_JAVA =
      Pattern.compile(
          "\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\n"
              + "])*+\"|'(?:\\\\.|[^'\\\\\n"
              + "])*+'|//.*|/\\*(?s:.*?)\\*/");

  @Test
  void noTextHasAPhraseThatMadeReadersStumble() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path text : texts()) {
      String content = Files.readString(text);
      found.addAll(foundIn(text, content, PHRASES));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void noCommentOrMessageOfTheProgramHasOne() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path source : javaSources()) {
      String words = wordsOfJava(Files.readString(source));
      found.addAll(foundIn(source, words, PHRASES));
    }
    assertEquals(List.of(), found);
  }

  @Test
  void noLineOfReadmeIsWiderThanAScreen() throws IOException {
    List<String> wide =
        Files.readAllLines(Script.REPOSITORY.resolve("README.md")).stream()
            .filter(line -> line.codePointCount(0, line.length()) > README_COLUMNS)
            .toList();
    assertEquals(List.of(), wide);
  }

  @Test
  void theTextsAreAllLookedAt() throws IOException {
    List<String> names = texts().stream().map(PlainWordsTest::name).toList();
    assertTrue(
        names.containsAll(
            List.of(
                "README.md",
                "agent/docs/webhook.md",
                "agent/src/main/man/kextwatch.1",
                "agent/src/main/sh/kextwatch",
                "install.sh",
                "launchd/README.md",
                "launchd/release.sh")),
        names::toString);
    assertTrue(javaSources().size() > 100);
  }

  @Test
  void aPhraseIsFoundOverLineEndsWithItsLine() {
    assertEquals(
        List.of("a.md:2: \"is taken back\": is rolled back"),
        foundIn(Path.of("a.md"), "One.\nIt is\n  # taken back.\n", PHRASES));
    assertEquals(
        List.of("a.sh:1: \"end, for it\": \"for\" is not \"because\""),
        foundIn(Path.of("a.sh"), "wait for the end, for it may fail\n", PHRASES));
    assertEquals(List.of(), foundIn(Path.of("a.sh"), "a switch for it, and for the rest", PHRASES));
  }

  @Test
  void ofJavaOnlyWordsForPeopleAreRead() {
    String source =
        """
        /** Fears lest it ends. */
        void lest(char quote) { if (quote == '"') { say("naught \\" here"); } } // amiss
        int amiss = lest('\\'');
        """;
    assertEquals(
        List.of("A.java:1", "A.java:2", "A.java:2"),
        foundIn(Path.of("A.java"), wordsOfJava(source), PHRASES).stream()
            .map(found -> found.replaceFirst(": .*", ""))
            .toList());
  }

  private static List<Path> texts() throws IOException {
    List<Path> found = new ArrayList<>();
    for (String place :
        List.of(
            "README.md",
            "install.sh",
            "launchd",
            ".github",
            ".ci",
            "agent/README.md",
            "agent/docs",
            "agent/src/main/man",
            "agent/src/main/sh")) {
      Path start = Script.REPOSITORY.resolve(place);
      if (Files.exists(start)) {
        try (Stream<Path> files = Files.walk(start)) {
          files.filter(Files::isRegularFile).forEach(found::add);
        }
      }
    }
    return found;
  }

  private static List<Path> javaSources() throws IOException {
    try (Stream<Path> files = Files.walk(Script.AGENT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/main/java/"))
          .sorted()
          .toList();
    }
  }

  /** The source with everything but words for people made blank, so that lines keep their place. */
  private static String wordsOfJava(String source) {
    StringBuilder words = new StringBuilder(source.replaceAll("[^\n]", " "));
    WORDS_OF_JAVA
        .matcher(source)
        .results()
        .filter(found -> !found.group().startsWith("'"))
        .forEach(found -> words.replace(found.start(), found.end(), found.group()));
    return words.toString();
  }

  private static List<String> foundIn(Path file, String text, List<Phrase> phrases) {
    List<String> found = new ArrayList<>();
    String flat = text.replaceAll("\n[ \t]*(?:#|\\*|//)?[ \t]*", "\n").replaceAll(" +\n", "\n");
    for (Phrase phrase : phrases) {
      phrase
          .pattern()
          .matcher(flat)
          .results()
          .forEach(
              match -> {
                long line = flat.substring(0, match.start()).chars().filter(c -> c == '\n').count();
                String words = match.group().replaceAll("\\s+", " ").strip();
                found.add(
                    "%s:%d: \"%s\": %s".formatted(name(file), line + 1, words, phrase.instead()));
              });
    }
    return found;
  }

  private static String name(Path file) {
    return file.isAbsolute() ? Script.REPOSITORY.relativize(file).toString() : file.toString();
  }

  /**
   * A phrase to avoid.
   *
   * @param expression a blank in it is any white space, line ends included
   * @param instead what is wrong with it, or the plain words
   */
  private record Phrase(String expression, String instead) {
    Pattern pattern() {
      return Pattern.compile(expression.replace(" ", "\\s+"));
    }
  }
}
