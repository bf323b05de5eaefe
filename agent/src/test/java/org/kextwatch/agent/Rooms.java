package org.kextwatch.agent;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The rooms as the compiled classes show them.
 *
 * @param uses each room with the rooms that its classes depend on
 */
record Rooms(Map<String, Set<String>> uses) {

  static Rooms of(JavaClasses program, String address) {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type : program) {
      String room = room(type, address);
      Set<String> used = uses.computeIfAbsent(room, name -> new TreeSet<>());
      type.getDirectDependenciesFromSelf().stream()
          .map(dependency -> dependency.getTargetClass().getBaseComponentType())
          .filter(target -> target.getPackageName().startsWith(address + "."))
          .map(target -> room(target, address))
          .filter(other -> !other.equals(room))
          .forEach(used::add);
    }
    return new Rooms(uses);
  }

  private static String room(JavaClass type, String address) {
    return type.getPackageName().substring(address.length() + 1);
  }

  /**
   * A drawing in Mermaid, in which every arrow points to a room that is used. An arrow that follows
   * from two others is left out.
   *
   * @throws IllegalStateException if rooms use each other in a circle
   */
  String drawing() {
    List<String> lines = new ArrayList<>(List.of("```mermaid", "graph TD"));
    uses.keySet().stream()
        .sorted((one, other) -> Integer.compare(height(other), height(one)))
        .forEach(
            room -> {
              Set<String> direct = new TreeSet<>(uses.get(room));
              direct.removeIf(used -> isReachedByAnother(used, room));
              if (!direct.isEmpty()) {
                lines.add("  " + room + " --> " + String.join(" & ", direct));
              }
            });
    lines.add("```");
    return lines.stream().collect(Collectors.joining("\n", "", "\n"));
  }

  /** How many rooms stand below a room, one upon the other. */
  int height(String room) {
    return height(room, Set.of());
  }

  private int height(String room, Set<String> above) {
    if (above.contains(room)) {
      throw new IllegalStateException("a circle: " + above);
    }
    Set<String> way = new TreeSet<>(above);
    way.add(room);
    return uses.get(room).stream().mapToInt(used -> 1 + height(used, way)).max().orElse(0);
  }

  private boolean isReachedByAnother(String used, String room) {
    return uses.get(room).stream()
        .filter(other -> !other.equals(used))
        .anyMatch(other -> reaches(other, used));
  }

  private boolean reaches(String from, String to) {
    return uses.get(from).contains(to)
        || uses.get(from).stream().anyMatch(between -> reaches(between, to));
  }
}
