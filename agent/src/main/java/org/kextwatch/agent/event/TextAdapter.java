package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values of {@code java.time} in JSON, as text. */
final class TextAdapter<T> extends JsonAdapter<T> {
  private final String what;
  private final Function<T, String> write;
  private final Function<String, T> parse;

  /**
   * An adapter for one type.
   *
   * @param what the values are, for errors, such as {@code a day}
   * @param parse throws a {@link DateTimeException} for other texts
   */
  TextAdapter(String what, Function<T, String> write, Function<String, T> parse) {
    this.what = what;
    this.write = write;
    this.parse = parse;
  }

  @Override
  public T fromJson(JsonReader reader) throws IOException {
    String text = reader.nextString();
    try {
      return parse.apply(text);
    } catch (DateTimeException e) {
      throw new JsonDataException("not %s at %s".formatted(what, reader.getPath()), e);
    }
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable T value) throws IOException {
    writer.value(value == null ? null : write.apply(value));
  }
}
