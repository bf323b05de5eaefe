package org.kextwatch.agent.mac;

import java.util.Locale;

/** The product's words for enums: {@code AT_RISK} is {@code at_risk}. */
public final class EnumWord {
  private EnumWord() {}

  /** As in settings and documents. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** As in sentences, {@code at risk}. */
  public static String spoken(Enum<?> constant) {
    return of(constant).replace('_', ' ');
  }
}
