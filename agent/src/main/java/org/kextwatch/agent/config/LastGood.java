package org.kextwatch.agent.config;

import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.SettingsText.BadTextException;
import org.kextwatch.agent.config.ValueType.Bounds;

/**
 * The last good values of both files. They are saved as they came, and parsed again by the types
 * and bounds of the version that reads them.
 *
 * @param hardwareUuid of the Mac that they belong to, {@code null} if that is not known
 * @param managed {@code null} if there are no managed preferences to remember
 * @param local {@code null} if there is no local file to remember
 */
public record LastGood(
    @Nullable String hardwareUuid, @Nullable SettingsFile managed, @Nullable SettingsFile local) {

  public static final LastGood NONE = new LastGood(null, null, null);

  private static final String UUID = "hardwareUuid";
  private static final String VALUES = "values";
  private static final String REFUSED = "refused";

  /** Discards the values of another Mac (after a clone or a migration). */
  public LastGood onHardware(@Nullable String thisMac) {
    if (thisMac == null) {
      return this;
    }
    boolean isAnother = hardwareUuid != null && !hardwareUuid.equals(thisMac);
    return isAnother ? new LastGood(thisMac, null, null) : new LastGood(thisMac, managed, local);
  }

  public boolean isEmpty() {
    return managed == null && local == null;
  }

  /** The document to save. */
  public byte[] toJson() {
    Map<String, Object> document = new TreeMap<>();
    if (hardwareUuid != null) {
      document.put(UUID, hardwareUuid);
    }
    put(document, managed);
    put(document, local);
    Buffer buffer = new Buffer();
    try (JsonWriter writer = JsonWriter.of(buffer)) {
      writer.jsonValue(document);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it is in memory
    }
    return buffer.readByteArray();
  }

  private static void put(Map<String, Object> document, @Nullable SettingsFile source) {
    if (source != null) {
      document.put(
          member(source.origin()),
          new TreeMap<>(
              Map.of(
                  VALUES,
                  new TreeMap<>(source.raw()),
                  REFUSED,
                  List.copyOf(new TreeSet<>(source.refusedGroups())))));
    }
  }

  /**
   * Parses a saved document; a value that is no longer accepted counts as refused.
   *
   * @throws IOException if it is not a document of {@link #toJson}
   */
  static LastGood of(String file, byte[] json, Bounds bounds) throws IOException {
    Map<String, Object> document;
    try {
      document = new SettingsJson(file, json).read();
    } catch (BadTextException e) {
      throw new IOException(e.problem(), e);
    }
    String uuid = document.get(UUID) instanceof String text ? text : null;
    if (uuid != null && !ValueTypes.isUnicode(uuid)) {
      throw new IOException(file + ": its " + UUID + " is no text that can be saved");
    }
    return new LastGood(
        uuid,
        source(Origin.MANAGED, file, document, bounds),
        source(Origin.LOCAL, file, document, bounds));
  }

  private static @Nullable SettingsFile source(
      Origin origin, String file, Map<String, Object> document, Bounds bounds) {
    if (!(document.get(member(origin)) instanceof Map<?, ?> saved)) {
      return null;
    }
    Map<?, ?> raw = saved.get(VALUES) instanceof Map<?, ?> values ? values : Map.of();
    SettingsParser parsed = new SettingsParser(file, bounds, Map.of()).parseFlat(raw);
    Set<String> refused = new TreeSet<>(parsed.refusedGroups);
    if (saved.get(REFUSED) instanceof List<?> groups) {
      groups.stream().map(String::valueOf).filter(Keys::isGroup).forEach(refused::add);
    }
    return new SettingsFile(
        origin,
        file,
        SettingsFile.Presence.READ,
        parsed.raw,
        parsed.values,
        refused,
        List.of(),
        List.of());
  }

  private static String member(Origin origin) {
    return origin == Origin.MANAGED ? "managed" : "local";
  }

  /** Without its values: some can be secrets. */
  @Override
  public String toString() {
    return "LastGood[%s, %s]".formatted(managed, local);
  }
}
