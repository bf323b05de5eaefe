package org.kextwatch.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.cli.Program;
import org.kextwatch.agent.daemon.Version;

/** Whatever the page on security claims is shown by a test that exists, or said to be open. */
final class SecurityDocumentTest {
  private static final Path DOCS = Script.AGENT.resolve("docs");
  private static final String OPEN = "not defended";
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))\\.(\\w+)`");

  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .importUrl(Version.class.getProtectionDomain().getCodeSource().getLocation());

  @ParameterizedTest
  @ValueSource(strings = {"security.md", "privacy.md", "decisions.md"})
  void eachTestThatIsNamedIsThere(String page) throws IOException {
    assertEquals(List.of(), missing(Files.readString(DOCS.resolve(page))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SecurityDocumentTest.isNoMethod",
        "NoClassTest.isThere",
        "SecurityDocumentTest.missing", // a method, but no test
      })
  void aTestThatIsNotThereIsMissed(String name) throws IOException {
    String good = "`SecurityDocumentTest.eachTestThatIsNamedIsThere`";
    assertEquals(List.of(name), missing(good + " and `" + name + "`"));
  }

  @Test
  void eachRowOfTheThreatsNamesATestOrSaysThatNobodyDefends() throws IOException {
    List<String> rows = threats();
    assertTrue(rows.size() > 30, () -> rows.size() + " rows");
    for (String row : rows) {
      String last = row.replaceFirst("\\|\\s*$", "").replaceFirst(".*\\|", "");
      assertTrue(TEST.matcher(last).find() || last.contains(OPEN), row);
    }
  }

  /** Each command, and each way to call the installer. */
  @Test
  void theTableOfWhatNeedsRootIsWhole() throws IOException {
    String page = Files.readString(DOCS.resolve("security.md"));
    String table = page.substring(page.indexOf("## What needs root"));
    Set<String> commands = new TreeSet<>(Program.commandLine().getSubcommands().keySet());
    commands.addAll(List.of("webhook test", "webhook schema", "config show", "validate"));
    commands.removeAll(Set.of("webhook", "config"));
    Pattern.compile("(?m)^(?:sudo )?\\./install\\.sh (--[a-z]+)|^ {4}(--d[a-z-]+)")
        .matcher(Files.readString(Script.REPOSITORY.resolve("install.sh")))
        .results()
        .forEach(way -> commands.add(way.group(way.group(1) == null ? 2 : 1)));
    assertTrue(commands.containsAll(Set.of("--uninstall", "--release", "--destdir", "--dry-run")));
    for (String command : commands) {
      assertTrue(
          Pattern.compile("[ `]" + command + "[`,: ]").matcher(table).find(),
          () -> command + " is not in the table");
    }
  }

  @Test
  void nothingThatRunsOnAMacListens() {
    noClasses()
        .that()
        .resideOutsideOfPackages("..receiver..", "..demo..")
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(
            ServerSocket.class, ServerSocketChannel.class, DatagramSocket.class, HttpServer.class)
        .check(PROGRAM);
  }

  private static List<String> threats() throws IOException {
    List<String> rows = new ArrayList<>();
    boolean isThreat = false;
    for (String line : Files.readAllLines(DOCS.resolve("security.md"))) {
      if (line.matches("\\| what (they|it) tr(y|ies) \\|.*")) {
        isThreat = true;
      } else if (!line.startsWith("|")) {
        isThreat = false;
      } else if (isThreat && !line.startsWith("|---")) {
        rows.add(line);
      }
    }
    return rows;
  }

  /** What of the tests that a text names is in no module's sources. */
  private static List<String> missing(String text) throws IOException {
    Map<String, String> sources = sources();
    List<String> missing =
        TEST.matcher(text)
            .results()
            .filter(name -> !isTest(sources.getOrDefault(name.group(1), ""), name.group(2)))
            .map(name -> name.group(1) + "." + name.group(2))
            .toList();
    assertFalse(TEST.matcher(text).results().findAny().isEmpty(), "no test is named");
    return missing;
  }

  /** Between the annotation and the method there may be others, but no other method. */
  private static boolean isTest(String source, String method) {
    return Pattern.compile(
            "@(?:Test|ConcurrentTest|ParameterizedTest|TestFactory)\\b"
                + "(?:(?!\\b(?:void|Stream<DynamicTest>) ).)*\\b(?:void|Stream<DynamicTest>) "
                + method
                + "\\(",
            Pattern.DOTALL)
        .matcher(source)
        .find();
  }

  /** All tests by the name of their class; those of one name are taken together. */
  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> files = Files.walk(Script.REPOSITORY.resolve("agent"))) {
      for (Path file : files.filter(SecurityDocumentTest::isTestSource).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    return sources;
  }

  private static boolean isTestSource(Path file) {
    return file.toString().contains("/src/test/java/")
        && file.toString().matches(".*(Test|IT)\\.java");
  }
}
