package org.kextwatch.agent.config;

import java.util.Map;
import java.util.TreeMap;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * One setting and everything that people read about it.
 *
 * @param isOfWebhook whether it says where and how events are sent
 * @param name as the operator writes it; a dot separates a dictionary from its member
 * @param defaultValue {@code null} if it is not set by default
 * @param safeValue counts while its value is refused and no last good one is known; {@code null}:
 *     the setting then counts as not set
 * @param group settings of one group are accepted or refused together
 * @param description one plain sentence
 */
public record Key<T>(
    boolean isOfWebhook,
    String name,
    ValueType<T> type,
    @Nullable T defaultValue,
    @Nullable T safeValue,
    String group,
    Secrecy secrecy,
    Audience audience,
    String description) {

  /** A value that the type of this key has parsed. */
  @SuppressWarnings("unchecked")
  T cast(Object parsed) {
    return (T) parsed;
  }

  /** A parsed value as the operator would write it, without its secrets. */
  @Nullable Object shown(@Nullable Object parsed) {
    return parsed == null ? null : secrecy.hide(type.written(cast(parsed)));
  }

  /** Who needs to know the setting. */
  enum Audience {
    /** Most fleets set it. */
    EVERYDAY,
    EXPERT
  }

  /** How much of a value may be shown. */
  enum Secrecy {
    PUBLIC,
    /** Of a URL the scheme and the host. */
    SCHEME_AND_HOST,
    /** Of texts by name the names. */
    NAMES,
    /** The value is the path of a file with a secret, and may be shown. */
    SECRET_FILE;

    private Object hide(Object value) {
      if (this == SCHEME_AND_HOST) {
        HttpUrl url = HttpUrl.get(String.valueOf(value));
        return url.scheme() + "://" + url.host();
      }
      if (this == NAMES && value instanceof Map<?, ?> texts) {
        Map<String, String> hidden = new TreeMap<>();
        texts.keySet().forEach(name -> hidden.put(String.valueOf(name), "***"));
        return hidden;
      }
      return value;
    }
  }
}
