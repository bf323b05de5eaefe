package org.kextwatch.agent.event;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import com.squareup.moshi.Types;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records in JSON. Moshi's own adapter supports only public records and allows null everywhere;
 * this one allows null only where a component is {@code @Nullable}, and no member twice: which of
 * the two counts would be chance.
 */
final class RecordAdapter extends JsonAdapter<Object> {
  private record Member(RecordComponent component, JsonAdapter<Object> adapter, boolean required) {}

  private final Constructor<?> constructor;
  private final List<Member> members;
  private final JsonReader.Options names;

  private RecordAdapter(Class<?> type, Moshi moshi) throws NoSuchMethodException {
    RecordComponent[] components = type.getRecordComponents();
    this.constructor =
        type.getDeclaredConstructor(
            Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    this.members = Arrays.stream(components).map(component -> member(component, moshi)).toList();
    this.names =
        JsonReader.Options.of(
            Arrays.stream(components).map(RecordComponent::getName).toArray(String[]::new));
    constructor.setAccessible(true);
  }

  private static Member member(RecordComponent component, Moshi moshi) {
    component.getAccessor().setAccessible(true);
    return new Member(
        component,
        moshi.adapter(component.getGenericType()),
        !component.getAnnotatedType().isAnnotationPresent(Nullable.class));
  }

  @Override
  public Object fromJson(JsonReader reader) throws IOException {
    @Nullable Object[] values = new @Nullable Object[members.size()];
    reader.beginObject();
    while (reader.hasNext()) {
      int index = reader.selectName(names);
      if (index < 0) {
        reader.skipName();
        reader.skipValue();
      } else {
        if (values[index] != null) {
          throw new JsonDataException("a member comes twice: " + reader.getPath());
        }
        values[index] = members.get(index).adapter().fromJson(reader);
      }
    }
    reader.endObject();
    for (int i = 0; i < values.length; i++) {
      if (values[i] == null && members.get(i).required()) {
        throw new JsonDataException(
            "missing %s at %s".formatted(members.get(i).component().getName(), reader.getPath()));
      }
    }
    try {
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new JsonDataException("invalid record at " + reader.getPath(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record without its constructor", e);
    }
  }

  @Override
  public void toJson(JsonWriter writer, @Nullable Object value) throws IOException {
    writer.beginObject();
    for (Member member : members) {
      writer.name(member.component().getName());
      member.adapter().toJson(writer, valueOf(member, value));
    }
    writer.endObject();
  }

  private static @Nullable Object valueOf(Member member, @Nullable Object of) {
    try {
      return member.component().getAccessor().invoke(of);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record without its accessor", e);
    }
  }

  static final class Factory implements JsonAdapter.Factory {
    @Override
    public @Nullable JsonAdapter<?> create(
        Type type, Set<? extends Annotation> annotations, Moshi moshi) {
      Class<?> raw = Types.getRawType(type);
      if (!raw.isRecord()) {
        return null;
      }
      try {
        return new RecordAdapter(raw, moshi).nullSafe();
      } catch (NoSuchMethodException e) {
        throw new LinkageError("a record without its constructor", e);
      }
    }
  }
}
