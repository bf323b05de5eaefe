package org.kextwatch.agent;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Every member that JSON Schemas name and that holds a value, not other members.
 *
 * @param schemas by the name of their file
 */
record SchemaMembers(Map<String, String> schemas) {
  private static final String STATUS = "data.status.";

  /** Of all events together; the status document, which most of them carry, is named once. */
  Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    for (String file : schemas.keySet()) {
      if (!file.equals("status.json")) {
        walk(schema(file), file, "", paths);
      }
    }
    Set<String> holders = new TreeSet<>(paths);
    holders.removeIf(path -> paths.stream().noneMatch(other -> isIn(path, other)));
    paths.removeAll(holders);
    Set<String> shown = new TreeSet<>();
    paths.forEach(path -> shown.add(shown(path)));
    return shown;
  }

  /** A member of an event as documents name it: {@code status.} is its status document. */
  static String shown(String path) {
    String ofStatus = path.startsWith(STATUS) ? path.substring("data.".length()) : path;
    return ofStatus.endsWith("[]") ? ofStatus.substring(0, ofStatus.length() - 2) : ofStatus;
  }

  private static boolean isIn(String holder, String path) {
    return path.startsWith(holder + ".") || path.startsWith(holder + "[");
  }

  private void walk(Object node, String file, String path, Set<String> paths) {
    if (!(node instanceof Map<?, ?> schema)) {
      return; // false: there is no such member
    }
    if (!path.isEmpty()) {
      paths.add(path);
    }
    if (schema.get("$ref") instanceof String reference) {
      String[] parts = reference.split("#", 2);
      String target = parts[0].isEmpty() ? file : parts[0];
      Object at = schema(target);
      if (parts.length > 1) {
        for (String name : parts[1].substring(1).split("/", -1)) {
          at = ((Map<?, ?>) at).get(name);
        }
      }
      walk(at, target, path, paths);
    }
    for (String choice : List.of("anyOf", "oneOf", "allOf")) {
      if (schema.get(choice) instanceof List<?> options) {
        options.forEach(option -> walk(option, file, path, paths));
      }
    }
    if (schema.get("properties") instanceof Map<?, ?> members) {
      members.forEach(
          (name, member) ->
              walk(member, file, path.isEmpty() ? "" + name : path + "." + name, paths));
    }
    if (schema.containsKey("items")) {
      walk(schema.get("items"), file, path + "[]", paths);
    }
  }

  private Object schema(String file) {
    return Schemas.parse(schemas.get(file));
  }
}
