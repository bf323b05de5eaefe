package org.kextwatch.agent.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class JavaRuntimeTest {
  @Test
  void itSaysWhatJavaSays() {
    Map<String, String> properties =
        Map.of("java.runtime.version", "25.0.3+9-LTS", "java.version.date", "2026-04-21");
    assertEquals(
        new JavaRuntime("25.0.3+9-LTS", LocalDate.of(2026, 4, 21)),
        JavaRuntime.of(properties::get));
    assertEquals(JavaRuntime.UNKNOWN, JavaRuntime.of(Map.<String, String>of()::get));
    assertEquals(
        new JavaRuntime("x", null),
        JavaRuntime.of(Map.of("java.runtime.version", "x", "java.version.date", "soon")::get));
  }

  @Test
  void thisJavaSaysBoth() {
    JavaRuntime runtime = JavaRuntime.of(System::getProperty);
    assertNotNull(runtime.version());
    assertNotNull(runtime.released());
  }
}
