package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The commands of the demo module on a Mac, where that module is absent. */
class AbsentCommandTest {
  private final ClassLoader classes = Thread.currentThread().getContextClassLoader();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /** The module may be on the class path of an IDE. */
  @BeforeEach
  void hideTheModule() {
    Thread.currentThread().setContextClassLoader(new WithoutAddedCommands(classes));
  }

  @AfterEach
  void showItAgain() {
    Thread.currentThread().setContextClassLoader(classes);
  }

  @Test
  void helpListsThemAndSaysWhereTheyAre() {
    String help = Program.commandLine().getUsageMessage(Ansi.OFF).replaceAll("\\s+", " ");
    for (String name : new String[] {"demo", "receive"}) {
      assertTrue(
          help.matches(".* %s [^.]*only in a clone or the release archive\\..*".formatted(name)),
          help);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "demo --fast",
        "demo --verbose",
        "receive",
        "receive --port 8443 --secret-file /etc/secret",
        "receive -x=1 -- --y",
        "--root /tmp demo --no-such-option value",
        "--verbose receive file"
      })
  void theyEndWith69WithAnyOptions(String arguments) {
    assertEquals(69, run(arguments), err::toString);
    assertEquals("", out.toString());
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().contains(" is not installed on Macs"), err::toString);
  }

  @Test
  void theMessageRepeatsTheCommand() {
    run("receive --port 8443");
    assertTrue(
        err.toString().endsWith("kextwatch receive --port 8443" + System.lineSeparator()),
        err::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo --help", "receive --help"})
  void theirHelpSaysWhereTheyAre(String arguments) {
    assertEquals(0, run(arguments), err::toString);
    assertTrue(
        out.toString().replaceAll("\\s+", " ").contains("only in a clone or the release archive"));
  }

  private int run(String arguments) {
    CommandLine commandLine = Program.commandLine();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return commandLine.execute(arguments.split(" "));
  }

  /** A class path on which no module adds commands. */
  private static final class WithoutAddedCommands extends ClassLoader {
    WithoutAddedCommands(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals("META-INF/services/" + AddedCommand.class.getName())
          ? Collections.emptyEnumeration()
          : super.getResources(name);
    }
  }
}
