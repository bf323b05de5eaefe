package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;

/**
 * What a release says of the programs of others in it: nothing is left out, nothing is too much.
 */
class ThirdPartyNoticesIT {
  private static final Path DIST = Script.AGENT.resolve("target/dist");
  private static final Pattern HEADING = Pattern.compile("(?m)^={80}\n(.+)\n={80}\n");
  private static final Pattern LICENCE = Pattern.compile("(?m)^ +Licence: (.+)$");
  private static final String RUNTIME = "Java runtime";

  /** The sections after their headings, the first of which has the entries. */
  private final TreeMap<String, String> sections = new TreeMap<>();

  private final TreeMap<String, String> entries = new TreeMap<>();

  ThirdPartyNoticesIT() throws IOException {
    String notices = Files.readString(DIST.resolve("share/third-party-notices.txt"));
    Matcher heading = HEADING.matcher(notices);
    List<Integer> ends = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    List<String> names = new ArrayList<>();
    while (heading.find()) {
      starts.add(heading.start());
      ends.add(heading.end());
      names.add(heading.group(1));
    }
    starts.add(notices.length());
    for (int i = 0; i < names.size(); i++) {
      sections.put(names.get(i), notices.substring(ends.get(i), starts.get(i + 1)).strip());
    }
    for (String entry : sections.remove("Entries").split("\n\n", -1)) {
      entries.put(entry.lines().findFirst().orElseThrow().replaceFirst(" \\(.*", ""), entry);
    }
  }

  @Test
  void eachJarOfOthersHasAnEntryAndEachEntryAJar() throws IOException {
    Set<String> expected = new TreeSet<>(Set.of(RUNTIME));
    for (Path jar : jarsOfOthers()) {
      expected.add(jar.getFileName().toString().replaceFirst("-(\\d[^-]*)\\.jar$", " $1"));
    }
    assertEquals(expected, entries.keySet());
  }

  @Test
  void eachEntryNamesLicenceOwnerAndSource() {
    for (String entry : entries.values()) {
      assertTrue(LICENCE.matcher(entry).find(), entry);
      assertTrue(entry.contains("\n    Copyright "), entry);
      assertTrue(entry.contains("\n    Source: "), entry);
    }
  }

  /** The text of each licence that an entry names is there, whole, and none besides. */
  @Test
  void theTextsOfTheLicencesAreThere() {
    Set<String> named = new TreeSet<>();
    for (String entry : entries.values()) {
      LICENCE.matcher(entry).results().forEach(found -> named.add(found.group(1)));
    }
    assertEquals(named, sections.keySet());
    sections.forEach(
        (licence, text) -> assertTrue(text.length() > 900, () -> licence + " is cut short"));
    assertTrue(sections.get("MPL-2.0").startsWith("Mozilla Public License Version 2.0"));
    assertTrue(sections.get("Apache-2.0").contains("END OF TERMS AND CONDITIONS"));
    String gpl = sections.get(entryLicence(RUNTIME));
    assertTrue(gpl.contains("END OF TERMS AND CONDITIONS"), gpl);
    assertTrue(gpl.contains("\"CLASSPATH\" EXCEPTION TO THE GPL"), gpl);
  }

  /** OkHttp carries a list of Mozilla's, under a licence of its own. */
  @Test
  void whatAJarCarriesOfOthersIsNamed() throws IOException {
    String list = "okhttp3/internal/publicsuffix/PublicSuffixDatabase.list";
    int carriers = 0;
    for (Path jar : jarsOfOthers()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        if (file.getEntry(list) != null) {
          carriers++;
          String entry = entries.get("okhttp-jvm " + jar.toString().replaceAll(".*-|\\.jar$", ""));
          assertTrue(entry.contains(list + ")\n        Licence: MPL-2.0\n        Source: "), entry);
        }
      }
    }
    assertEquals(1, carriers);
  }

  /** Apache-2.0 wants the NOTICE of a work to be passed on. So far no jar has one. */
  @Test
  void noJarHasANoticeThatIsNotPassedOn() throws IOException {
    for (Path jar : jarsOfOthers()) {
      try (JarFile file = new JarFile(jar.toFile())) {
        List<String> notices =
            file.stream()
                .map(entry -> entry.getName())
                .filter(name -> name.matches("(?i)(.*/)?(notice|licen[cs]e|copying)[^/]*"))
                .filter(name -> !name.endsWith(".class"))
                .toList();
        assertEquals(List.of(), notices, jar::toString);
      }
    }
  }

  private String entryLicence(String name) {
    Matcher licence = LICENCE.matcher(entries.get(name));
    assertTrue(licence.find(), name);
    return licence.group(1);
  }

  private static List<Path> jarsOfOthers() throws IOException {
    try (Stream<Path> installed = Files.list(DIST.resolve("lib"));
        Stream<Path> demo = Files.list(DIST.resolve("demo"))) {
      return Stream.concat(installed, demo)
          .filter(jar -> !jar.getFileName().toString().startsWith("kextwatch-"))
          .toList();
    }
  }
}
