package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.status.Reason;

/** The pages for MDMs lead to files that are there, and name each file and each reason. */
class MdmPagesTest {
  private static final Path LAUNCHD = Script.REPOSITORY.resolve("launchd");
  private static final Path MDM = LAUNCHD.resolve("mdm");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^):]+)\\)");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path page : files(LAUNCHD, ".md")) {
      Matcher link = LINK.matcher(Files.readString(page));
      while (link.find()) {
        String[] target = link.group(1).split("#", 2);
        Path file = target[0].isEmpty() ? page : page.resolveSibling(target[0]).normalize();
        if (!Files.exists(file) || (target.length == 2 && !anchors(file).contains(target[1]))) {
          broken.add(LAUNCHD.relativize(page) + ": " + link.group(1));
        }
        links++;
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links > 30, links + " links");
  }

  /** Whoever has only the page of one tool finds all that is for it. */
  @Test
  void everyFileIsNamedOnAPage() throws IOException {
    String pages = "";
    for (Path page : files(MDM, ".md")) {
      pages += Files.readString(page);
    }
    for (Path file : files(MDM, "")) {
      String name = file.getFileName().toString();
      boolean isOfALib = name.endsWith(".yml") && pages.contains("the `.yml` files of this folder");
      assertTrue(isOfALib || pages.contains(name), name);
    }
  }

  /** Who repairs what: each reason but those of unknown, which nobody repairs. */
  @Test
  void everyReasonHasItsHealer() throws IOException {
    String page = Files.readString(MDM.resolve("README.md"));
    String table = page.substring(page.indexOf("| reason |"), page.indexOf("Rules that keep"));
    List<String> missing =
        Stream.of(Reason.values())
            .map(reason -> reason.name().toLowerCase(Locale.ROOT))
            .filter(reason -> !table.contains("`" + reason + "`"))
            .toList();
    assertEquals(
        List.of("health_incomplete", "none", "not_executable", "unreadable"),
        missing.stream().sorted().toList());
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(ending))
          .toList();
    }
  }

  /** The anchors that GitHub gives to headings. */
  private static List<String> anchors(Path page) throws IOException {
    return Files.readString(page)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^a-z0-9 _-]", "").replace(' ', '-'))
        .collect(Collectors.toList());
  }
}
