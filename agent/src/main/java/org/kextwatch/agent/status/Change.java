package org.kextwatch.agent.status;

import org.jspecify.annotations.Nullable;

/**
 * One key value that has changed. Words are enum constants, as in the status itself.
 *
 * @param field its path in the status document
 * @param from the old value, {@code null} if it was not known or there was no status before
 * @param to the new value, {@code null} if it is not known
 */
public record Change(String field, @Nullable Object from, @Nullable Object to) {
  /** Whether the verdict itself has changed. */
  public boolean isOfVerdict() {
    return field.equals(KeyValues.VERDICT);
  }
}
