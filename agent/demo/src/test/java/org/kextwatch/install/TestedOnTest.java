package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is believed, asked, told in README and tested on real Macs is one list. */
class TestedOnTest {
  private static final String BEGIN = "\n## Tested on\n";

  @Test
  void eachBeliefOfTheCodeHasOneQuestion() throws IOException {
    List<String> questions = Beliefs.questions();
    assertEquals(questions.size(), new HashSet<>(questions).size(), "asked once");
    assertEquals(Beliefs.ofTheCode(), new TreeSet<>(questions));
    assertFalse(questions.isEmpty());
  }

  @Test
  void eachLimitInReadmeNamesItsBeliefsAndNoneIsLeftOut() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String limit : Beliefs.limits()) {
      Set<String> ids = Beliefs.namedIn(limit);
      ids.retainAll(Beliefs.ofTheCode());
      assertFalse(ids.isEmpty(), () -> "which belief is this? " + limit);
      named.addAll(ids);
    }
    assertEquals(Beliefs.ofTheCode(), named);
  }

  @Test
  void theTableInReadmeIsMadeFromTheReports() throws IOException {
    String table = TestedOn.of(TestedOn.FOLDER).table();
    String readme = Files.readString(Beliefs.README);
    String section = readme.split(BEGIN, 2)[1].split("\n## ", 2)[0];
    assertTrue(section.contains("\n\n" + table), () -> "in README's \"Tested on\":\n" + table);
    assertEquals(1, section.split("\n\\| macOS ", -1).length - 1, "there is one table");
  }

  @Test
  void noReportIsNotYet(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("README.md"), "no report");
    assertTrue(TestedOn.of(folder).table().endsWith("---|\n| not yet | | | | | | | |\n"));
  }

  @Test
  void theNewestMacComesFirst(@TempDir Path folder) throws IOException {
    write(folder, "a", "9.9 (1A1)", "as expected");
    write(folder, "b", "26.1 (25B77)", "differs");
    write(folder, "c", "10.15.7 (19H2026)", "cannot tell");
    assertEquals(
        """
        | 26.1 (25B77) | Apple | user approved | 2026-11-26 | 0.2.0 | 0 | `boot-session` | 0 |
        | 10.15.7 (19H2026) | Apple | user approved | 2026-11-26 | 0.2.0 | 0 | 0 | 1 |
        | 9.9 (1A1) | Apple | user approved | 2026-11-26 | 0.2.0 | 1 | 0 | 0 |
        """,
        TestedOn.of(folder).table().split("---\\|\n", 2)[1]);
  }

  @Test
  void aBadReportIsNamed(@TempDir Path folder) throws IOException {
    write(folder, "mine", "26.1 (25B77)", "perhaps");
    assertEquals(
        "mine.txt, line 8: \"perhaps\" is no outcome",
        assertThrows(IllegalArgumentException.class, () -> TestedOn.of(folder)).getMessage());
  }

  private static void write(Path folder, String name, String macOs, String outcome)
      throws IOException {
    Files.writeString(
        folder.resolve(name + ".txt"),
        MacReportTest.REPORT
            .replace("15.4 (24E248)", macOs)
            .replace("boot-session: as expected", "boot-session: " + outcome));
  }
}
