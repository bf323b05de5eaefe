package org.kextwatch.agent;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.lang.ArchRule;
import java.io.FileDescriptor;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The rooms of the house, which of them may use which, and what may happen where. */
record House(String address) {
  /** Each room with the rooms that it may use. */
  static final Map<String, Set<String>> ROOMS = new LinkedHashMap<>();

  static {
    ROOMS.put("mac", Set.of());
    ROOMS.put("status", Set.of());
    ROOMS.put("config", Set.of("mac"));
    ROOMS.put("health", Set.of("mac", "config", "status"));
    ROOMS.put("approval", Set.of("mac", "config", "status"));
    ROOMS.put("remedy", Set.of("mac", "config", "status"));
    ROOMS.put("event", Set.of("status", "mac"));
    ROOMS.put("spool", Set.of("event", "mac", "config"));
    ROOMS.put("webhook", Set.of("event", "mac", "config"));
    ROOMS.put("delivery", Set.of("webhook", "spool", "event", "config", "mac"));
    ROOMS.put("daemon", Set.copyOf(ROOMS.keySet()));
    ROOMS.put("doctor", Set.copyOf(ROOMS.keySet()));
    ROOMS.put("cli", Set.copyOf(ROOMS.keySet()));
  }

  Map<String, ArchRule> rules() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    for (String room : ROOMS.keySet()) {
      rules.put(room + " uses only what it may", usesOnlyWhatItMay(room));
    }
    rules.put("every class is in a room", classes().should().resideInAnyPackage(everyRoom()));
    rules.put(
        "no circles", slices().matching(address + ".(*)..").should().beFreeOfCycles().as("circle"));
    rules.put(
        "processes start in mac",
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms("mac"))
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProcessBuilder.class)
            .orShould()
            .callMethodWhere(calls(Runtime.class, "exec")));
    rules.put(
        "only cli ends the program",
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms("cli"))
            .should()
            .callMethodWhere(calls(System.class, "exit"))
            .orShould()
            .callMethodWhere(calls(Runtime.class, "exit")));
    rules.put(
        "only cli and daemon halt",
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms("cli", "daemon"))
            .should()
            .callMethodWhere(calls(Runtime.class, "halt")));
    rules.put(
        "only cli prints",
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms("cli"))
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.util.logging.."));
    // Of all that Java has, only FileChannel.force empties the memory of a Mac's drive
    // (F_FULLFSYNC).
    rules.put(
        "nothing is forced but by a channel",
        noClasses()
            .should()
            .dependOnClassesThat()
            .areAssignableTo(RandomAccessFile.class)
            .orShould()
            .callMethodWhere(calls(FileDescriptor.class, "sync"))
            .orShould()
            .accessField(StandardOpenOption.class, "SYNC")
            .orShould()
            .accessField(StandardOpenOption.class, "DSYNC"));
    rules.put(
        "mac alone forces",
        noClasses()
            .that()
            .resideOutsideOfPackages(rooms("mac"))
            .should()
            .callMethodWhere(calls(FileChannel.class, "force")));
    rules.put(
        "a name says what a thing is",
        noClasses().should().haveNameMatching(".*(Utils?|Helper|Manager|Impl)"));
    rules.put(
        "an exception is named so",
        classes()
            .that()
            .areAssignableTo(Throwable.class)
            .should()
            .haveSimpleNameEndingWith("Exception"));
    rules.put(
        "status is pure: no files, no network",
        noClasses()
            .that()
            .resideInAPackage(room("status"))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.io..", "java.nio.file..", "java.nio.channels..", "java.net.."));
    rules.put(
        "status is pure: no clock",
        noClasses()
            .that()
            .resideInAPackage(room("status"))
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock")
            .orShould()
            .callMethodWhere(
                target(name("now"))
                    .and(target(owner(nameStartingWith("java.time."))))
                    .as("the time is asked"))
            .orShould()
            .callMethodWhere(calls(System.class, "currentTimeMillis"))
            .orShould()
            .callMethodWhere(calls(System.class, "nanoTime")));
    rules.replaceAll((name, rule) -> rule.allowEmptyShould(true));
    return rules;
  }

  private ArchRule usesOnlyWhatItMay(String room) {
    Set<String> closed = new TreeSet<>(ROOMS.keySet());
    closed.removeAll(ROOMS.get(room));
    closed.remove(room);
    return noClasses()
        .that()
        .resideInAPackage(room(room))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rooms(closed.toArray(String[]::new)));
  }

  private static DescribedPredicate<JavaCall<?>> calls(Class<?> type, String method) {
    return target(name(method))
        .and(target(owner(name(type.getName()))))
        .as("%s.%s is called", type.getSimpleName(), method);
  }

  private String[] everyRoom() {
    return rooms(ROOMS.keySet().toArray(String[]::new));
  }

  private String[] rooms(String... names) {
    return Stream.of(names).map(this::room).toArray(String[]::new);
  }

  private String room(String name) {
    return address + "." + name + "..";
  }
}
