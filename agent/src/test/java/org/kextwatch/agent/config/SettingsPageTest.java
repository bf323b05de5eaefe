package org.kextwatch.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.config.Key.Audience;
import org.kextwatch.agent.event.Json;

/** The tables of settings on the deployment page come from the list of keys. */
class SettingsPageTest {
  private static final Path PAGE = Script.REPOSITORY.resolve("launchd/README.md");
  private static final String BEGIN = "<!-- settings: from Keys.java -->\n";
  private static final String END = "<!-- end of settings -->\n";
  private static final String REGENERATE =
      "run: mvn test -Dtest=SettingsPageTest -Dkextwatch.write=true";

  @Test
  void theDeploymentPageHasTheTablesOfTheKeys() throws IOException {
    String page = Files.readString(PAGE);
    int from = page.indexOf(BEGIN) + BEGIN.length();
    int to = page.indexOf(END);
    if (Boolean.getBoolean("kextwatch.write")) {
      page = page.substring(0, from) + tables() + page.substring(to);
      Files.writeString(PAGE, page);
      to = page.indexOf(END);
    }
    assertEquals(tables(), page.substring(from, to), REGENERATE);
  }

  @Test
  void everyDescriptionIsASentenceThatFitsATable() {
    for (Key<?> key : Keys.all()) {
      assertTrue(key.description().matches("[A-Z][^|\n]*\\.|[A-Z][^|\n]*…\\."), key.name());
      assertTrue(key.type().allowed().matches("[^|\n]+"), key.name());
    }
  }

  private static String tables() {
    return """

    Most fleets need only these:

    %s
    The others are for special cases:

    %s
    """
        .formatted(table(Audience.EVERYDAY), table(Audience.EXPERT));
  }

  private static String table(Audience audience) {
    List<Key<?>> keys = Keys.all().stream().filter(key -> key.audience() == audience).toList();
    return keys.stream()
        .map(SettingsPageTest::row)
        .collect(
            Collectors.joining(
                "", "| setting | default | allowed | what it does |\n|---|---|---|---|\n", ""));
  }

  private static String row(Key<?> key) {
    Object value = key.shown(key.defaultValue());
    String text =
        value == null || value instanceof String
            ? String.valueOf(value)
            : new String(Json.write(value), StandardCharsets.UTF_8);
    return "| `%s` | %s | %s | %s |\n"
        .formatted(
            key.name(),
            value == null ? "–" : "`" + text + "`",
            key.type().allowed(),
            key.description());
  }
}
