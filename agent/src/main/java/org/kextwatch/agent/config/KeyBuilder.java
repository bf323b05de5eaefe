package org.kextwatch.agent.config;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Key.Audience;
import org.kextwatch.agent.config.Key.Secrecy;

/**
 * Makes a key. Unless said otherwise it is for experts, has no default and no secrets, and is in
 * one group with the other members of its dictionary.
 */
final class KeyBuilder<T> {
  private final boolean isOfWebhook;
  private final String name;
  private final ValueType<T> type;
  private final Consumer<Key<?>> list;

  private @Nullable T defaultValue;
  private @Nullable T safeValue;
  private String group;
  private Secrecy secrecy = Secrecy.PUBLIC;
  private Audience audience = Audience.EXPERT;

  KeyBuilder(boolean isOfWebhook, String name, ValueType<T> type, Consumer<Key<?>> list) {
    this.isOfWebhook = isOfWebhook;
    this.name = name;
    this.type = type;
    this.list = list;
    this.group = name.replaceFirst("\\..*", "");
  }

  KeyBuilder<T> orElse(T value) {
    defaultValue = value;
    return this;
  }

  /** Sets the value that counts while the setting is refused and no last good one is known. */
  KeyBuilder<T> safely(T value) {
    safeValue = value;
    return this;
  }

  KeyBuilder<T> groupedWith(Key<?> first) {
    group = first.group();
    return this;
  }

  KeyBuilder<T> showing(Secrecy part) {
    secrecy = part;
    return this;
  }

  KeyBuilder<T> everyday() {
    audience = Audience.EVERYDAY;
    return this;
  }

  /** Makes the key and adds it to the list. */
  Key<T> describedAs(String description) {
    Key<T> key =
        new Key<>(
            isOfWebhook,
            name,
            type,
            defaultValue,
            safeValue,
            group,
            secrecy,
            audience,
            description);
    list.accept(key);
    return key;
  }
}
