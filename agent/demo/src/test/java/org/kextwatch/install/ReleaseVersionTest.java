package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/** One version, wherever it is written down. */
class ReleaseVersionTest {
  private static final Pattern VERSION = Pattern.compile("(?m)^  <version>(.+)</version>$");
  private static final Pattern BUILT = Pattern.compile("outputTimestamp>(\\d{4}-\\d\\d-\\d\\d)T");
  private static final Pattern RELEASE =
      Pattern.compile("(?m)^## (\\d+\\.\\d+\\.\\d+) \\((.+)\\)$");

  private final String version = find(VERSION, "pom.xml").group(1);

  ReleaseVersionTest() throws IOException {}

  /** A version that is not released yet has the word for it in place of the date. */
  @Test
  void theChangesBeginWithItAndItsDay() throws IOException {
    Matcher newest = find(RELEASE, "agent/docs/changes.md");
    assertEquals(version, newest.group(1));
    if (!newest.group(2).equals("unreleased")) {
      assertEquals(find(BUILT, "pom.xml").group(1), newest.group(2));
    }
  }

  @Test
  void theDocumentsNameIt() throws IOException {
    for (String module : new String[] {"agent", "agent/simulator", "agent/demo"}) {
      String parent = "<artifactId>kextwatch</artifactId>\n    <version>" + version + "</version>";
      assertTrue(read(module + "/pom.xml").contains(parent), module);
    }
    assertTrue(read("launchd/README.md").contains("tar xzf kextwatch-" + version + ".tar.gz"));
    assertTrue(
        read(".github/ISSUE_TEMPLATE/problem.yml").contains("placeholder: \"" + version + "\""));
  }

  private static Matcher find(Pattern pattern, String file) throws IOException {
    Matcher found = pattern.matcher(read(file));
    assertTrue(found.find(), file);
    return found;
  }

  private static String read(String file) throws IOException {
    return Files.readString(Script.REPOSITORY.resolve(file));
  }
}
