package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.daemon.Version;

/** The program keeps to the plan of its house. */
class HouseTest {
  private static final House HOUSE = new House("org.kextwatch.agent");
  private static final House BAD_HOUSE = new House("org.kextwatch.agent.badhouse");
  static final Path SOURCES = Script.AGENT.resolve("src/main/java");
  private static final int MAX_LINES = 300;
  private static final int MAX_FILES = 250;

  static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_PACKAGE_INFOS)
          .importUrl(Version.class.getProtectionDomain().getCodeSource().getLocation());
  private static final JavaClasses BAD_PROGRAM =
      new ClassFileImporter().importPackages(BAD_HOUSE.address());

  static Set<String> rules() {
    return HOUSE.rules().keySet();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void theProgramKeeps(String rule) {
    HOUSE.rules().get(rule).check(PROGRAM);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mac uses only what it may",
        "status uses only what it may",
        "every class is in a room",
        "no circles",
        "processes start in mac",
        "only cli ends the program",
        "only cli and daemon halt",
        "only cli prints",
        "nothing is forced but by a channel",
        "mac alone forces",
        "a name says what a thing is",
        "status is pure: no files, no network",
        "status is pure: no clock"
      })
  void theBadHouseBreaks(String rule) {
    assertTrue(BAD_HOUSE.rules().get(rule).evaluate(BAD_PROGRAM).hasViolation());
  }

  @Test
  void theProgramIsThere() {
    assertTrue(PROGRAM.contain("org.kextwatch.agent.mac.ToolRunner"));
    assertFalse(PROGRAM.contain("org.kextwatch.agent.HouseTest"));
  }

  /** Moshi's own word for what makes adapters is left out. */
  @Test
  void noTwoClassesHaveOneName() {
    Map<String, List<String>> names =
        PROGRAM.stream()
            .filter(type -> !type.getSimpleName().isEmpty())
            .filter(type -> !type.getSimpleName().equals("Factory"))
            .collect(
                Collectors.groupingBy(
                    JavaClass::getSimpleName,
                    TreeMap::new,
                    Collectors.mapping(JavaClass::getName, Collectors.toList())));
    names.values().removeIf(classes -> classes.size() == 1);
    assertEquals(Map.of(), names);
  }

  @Test
  void everyRoomHasItsPackage() throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> rooms = Files.list(SOURCES.resolve("org/kextwatch/agent"))) {
      rooms.map(room -> room.getFileName().toString()).forEach(found::add);
    }
    assertEquals(new TreeSet<>(House.ROOMS.keySet()), found);
  }

  @Test
  void noFileIsTooLongAndTheyAreFew() throws IOException {
    assertEquals(List.of(), longerThan(MAX_LINES, SOURCES));
    try (Stream<Path> files = Files.walk(SOURCES)) {
      long count =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !file.endsWith("package-info.java"))
              .count();
      assertTrue(count < MAX_FILES, count + " files");
    }
  }

  @Test
  void aTooLongFileIsFound(@TempDir Path folder) throws IOException {
    Path file = Files.createDirectory(folder.resolve("room")).resolve("Long.java");
    Files.writeString(file, "\n".repeat(MAX_LINES));
    assertEquals(List.of(), longerThan(MAX_LINES, folder));
    Files.writeString(file, "\n".repeat(MAX_LINES + 1));
    assertEquals(List.of(file), longerThan(MAX_LINES, folder));
  }

  private static List<Path> longerThan(int lines, Path folder) throws IOException {
    List<Path> tooLong = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (Files.readAllLines(file).size() > lines) {
          tooLong.add(file);
        }
      }
    }
    return tooLong;
  }
}
