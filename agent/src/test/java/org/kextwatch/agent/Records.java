package org.kextwatch.agent;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Copies of records with some other values. */
public final class Records {
  private Records() {}

  /**
   * A copy of a record.
   *
   * @param values name and value of each component that differs, in turns
   */
  public static <R extends Record> R with(R like, Object... values) {
    Map<String, Object> others = new HashMap<>();
    for (int i = 0; i < values.length; i += 2) {
      others.put((String) values[i], values[i + 1]);
    }
    return with(like, others);
  }

  /**
   * A copy of a record.
   *
   * @param values of the components that differ, by name
   */
  @SuppressWarnings("unchecked")
  public static <R extends Record> R with(R like, Map<String, ?> values) {
    Map<String, Object> others = new HashMap<>(values);
    RecordComponent[] components = like.getClass().getRecordComponents();
    Object[] arguments = new Object[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        String name = components[i].getName();
        arguments[i] =
            others.containsKey(name)
                ? others.remove(name)
                : components[i].getAccessor().invoke(like);
      }
      if (!others.isEmpty()) {
        throw new IllegalArgumentException(like.getClass() + " has no " + others.keySet());
      }
      return (R)
          like.getClass()
              .getDeclaredConstructor(
                  Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new))
              .newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
