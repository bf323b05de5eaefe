package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.event.EventSchemas;

class WebhookSchemaCommandTest {
  @TempDir private Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void everySchemaIsWrittenAndNamed() throws IOException {
    Path folder = temp.resolve("new/schemas");
    assertEquals(0, write(folder));
    assertEquals(new TreeMap<>(EventSchemas.schemas()), content(folder));
    assertEquals(EventSchemas.schemas().size(), out.toString().lines().count());
    assertEquals("", err.toString());
  }

  @Test
  void writtenAgainTheyAreTheSame() throws IOException {
    write(temp);
    Files.delete(temp.resolve("status.json"));
    assertEquals(0, write(temp));
    assertEquals(new TreeMap<>(EventSchemas.schemas()), content(temp));
  }

  @Test
  void whatSaysSomethingElseIsKeptAndNothingIsWritten() throws IOException {
    Files.writeString(temp.resolve("status.changed.json"), "mine");
    assertEquals(64, write(temp));
    assertEquals(Map.of("status.changed.json", "mine"), content(temp));
    assertTrue(err.toString().contains(temp.resolve("status.changed.json").toString()));
    assertFalse(err.toString().contains("envelope.json"), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void aLinkIsNotWrittenThrough() throws IOException {
    Files.createSymbolicLink(temp.resolve("status.json"), temp.resolve("elsewhere"));
    assertEquals(64, write(temp));
    assertFalse(Files.exists(temp.resolve("elsewhere")));
  }

  @Test
  void aFileWhereTheFolderShouldBeIsSaid() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertEquals(70, write(file));
    assertTrue(err.toString().contains("cannot be written"), err::toString);
  }

  @Test
  void withoutAFolderItIsAMatterOfUsage() {
    assertEquals(64, run("webhook", "schema"));
    assertEquals(64, run("webhook"));
    assertEquals(64, run("webhook", "test", "--loud"));
    assertEquals(64, run("check", "--loud"));
  }

  private int write(Path folder) {
    return run("webhook", "schema", folder.toString());
  }

  private int run(String... arguments) {
    return Program.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private static Map<String, String> content(Path folder) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        content.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return content;
  }
}
