package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;

/** What the program believes of macOS and Defender that no recording proves, each by its id. */
final class Beliefs {
  static final Path SCRIPT = Script.REPOSITORY.resolve("launchd/on-a-mac.sh");
  static final Path README = Script.REPOSITORY.resolve("README.md");

  private static final Pattern MARK = Pattern.compile("belief:([a-z0-9-]+)");
  private static final Pattern QUESTION = Pattern.compile("(?m)^ *ask ([a-z0-9-]+) ");
  private static final Pattern BULLET = Pattern.compile("(?m)^- .*(\n  .*)*$");
  private static final Pattern NAMED = Pattern.compile("`([a-z0-9]+(?:-[a-z0-9]+)+)`");

  private Beliefs() {}

  /** Those that the code marks where it counts on them. */
  static Set<String> ofTheCode() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (String place : List.of("agent/src/main", "launchd", "install.sh")) {
      try (Stream<Path> files = Files.walk(Script.REPOSITORY.resolve(place))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          ids.addAll(all(MARK, Files.readString(file)));
        }
      }
    }
    return ids;
  }

  /** Those that the script asks a Mac about, in its order. */
  static List<String> questions() throws IOException {
    return all(QUESTION, Files.readString(SCRIPT));
  }

  /** The items of what README says is to be verified on a Mac. */
  static List<String> limits() throws IOException {
    String[] parts = Files.readString(README).split("\n## Known limits\n", 2);
    String section = parts[1].split("\n## ", 2)[0];
    return BULLET.matcher(section).results().map(MatchResult::group).toList();
  }

  /** The ids that a text names in backticks. */
  static Set<String> namedIn(String text) {
    return new TreeSet<>(all(NAMED, text));
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toList());
  }
}
