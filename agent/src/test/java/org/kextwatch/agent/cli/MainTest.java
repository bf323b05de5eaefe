package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Whatever goes wrong inside is one line and 70. */
class MainTest {
  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(new StackOverflowError(), "java.lang.StackOverflowError"),
        Arguments.of(new OutOfMemoryError("Java heap space"), "OutOfMemoryError: Java heap space"),
        Arguments.of(new AssertionError("first\u001b\r\nsecond"), "first second"),
        Arguments.of(new NoSuchFileException("/a"), "NoSuchFileException: /a"),
        Arguments.of(new IOException((String) null), "java.io.IOException"),
        Arguments.of(new NoClassDefFoundError("picocli/CommandLine"), "install it again"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void isOneLineAndTheStackOnlyIfAsked(Throwable error, String expected) {
    String said = said(error, List.of("check", "--json"));
    assertEquals(1, said.lines().count(), said);
    assertTrue(said.startsWith("kextwatch: ") && said.contains(expected), said);

    String more = said(error, List.of("check", "--verbose"));
    assertTrue(more.startsWith(said) && more.contains("\tat org.kextwatch."), more);
  }

  /** Root would show each word of it in its complaint. */
  @Test
  void anArgumentIsNoFileToRead(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("private"), "canary");
    StringWriter err = new StringWriter();
    CommandLine program = Program.commandLine().setErr(new PrintWriter(err, true));
    assertEquals(64, program.execute("@" + file));
    assertFalse(err.toString().contains("canary"), err.toString());
  }

  private static String said(Throwable error, List<String> arguments) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      assertEquals(70, Main.fail(error, arguments));
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
