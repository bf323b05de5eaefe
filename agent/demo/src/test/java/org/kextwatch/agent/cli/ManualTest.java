package org.kextwatch.agent.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.SystemRoot;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

/** Help, man page and completions say what the program does, all of it. */
class ManualTest {
  private static final Path PAGE = Script.AGENT.resolve("src/main/man/kextwatch.1");
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  @TempDir private Path folder;

  /** The program and every command below it. */
  static Stream<CommandLine> commands() {
    return below(Program.commandLine());
  }

  private static Stream<CommandLine> below(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().distinct().flatMap(ManualTest::below));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandIsExplainedWithAnExample(CommandLine command) {
    String help = command.getUsageMessage(Ansi.OFF);
    assertTrue(help.contains("Example"), help);
    assertTrue(help.lines().anyMatch(line -> line.matches(" +(sudo |source.*)?.*kextwatch .*")));
    for (OptionSpec option : command.getCommandSpec().options()) {
      assertTrue(option.description().length > 0, option.longestName());
    }
  }

  /** The first line of a description is all that the list of commands shows of it. */
  @ParameterizedTest
  @MethodSource("commands")
  void whatTheListOfCommandsShowsIsASentenceAndExamplesFitAScreen(CommandLine command) {
    String first = command.getCommandSpec().usageMessage().description()[0];
    assertTrue(first.endsWith("."), first);
    for (String line : command.getCommandSpec().usageMessage().footer()) {
      assertTrue(line.length() <= 80, line);
    }
  }

  @Test
  void helpIsAsWideAsTheTerminal() {
    assertTrue(below(Program.commandLine()).allMatch(CommandLine::isUsageHelpAutoWidth));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theManPageNamesEveryCommandAndOption(CommandLine command) throws IOException {
    String page = Files.readString(PAGE).replace("\\-", "-");
    assertTrue(page.contains(command.getCommandName()), command.getCommandName());
    for (OptionSpec option : command.getCommandSpec().options()) {
      for (String name : option.names()) {
        assertTrue(page.contains(name), command.getCommandName() + " " + name);
      }
    }
  }

  @Test
  void theManPageNamesNothingElse() throws IOException {
    List<String> known =
        commands()
            .flatMap(command -> command.getCommandSpec().options().stream())
            .flatMap(option -> Stream.of(option.names()))
            .toList();
    List<String> named =
        Files.readString(PAGE)
            .replace("\\-", "-")
            .replaceAll("\\\\f.", " ")
            .lines()
            .flatMap(line -> Stream.of(line.split("[^A-Za-z-]+")))
            .filter(word -> word.startsWith("--"))
            .distinct()
            .toList();
    assertTrue(known.containsAll(named), named::toString);
    assertTrue(named.contains("--json"));
  }

  @Test
  void theManPageNamesEveryExitCode() throws IOException {
    String page = Files.readString(PAGE);
    for (int code : List.of(0, 1, 2, 64, 69, 70, 77, 78)) {
      assertTrue(page.contains("\n.B " + code + "\n"), "exit code " + code);
    }
  }

  @Test
  void theManPageShowsEveryCommandWithItsOptionsAndNoOther() throws IOException {
    String commands = Files.readString(PAGE).split("\n\\.SH (COMMANDS|OPTIONS)\n", 3)[1];
    List<String> shown =
        commands
            .lines()
            .filter(line -> line.matches("\\.B [a-z].*"))
            .map(line -> line.replaceAll("\\\\f.|^\\.B ", "").replace("\\-", "-"))
            .map("kextwatch "::concat)
            .toList();
    List<String> known =
        commands()
            .filter(command -> command.getSubcommands().isEmpty())
            .map(ManualTest::synopsis)
            .toList();
    assertEquals(
        known.stream().sorted().toList(),
        shown.stream()
            .map(line -> line.replaceAll(" \\[(--[a-z-]+)( [A-Z]+)?\\]", " $1"))
            .sorted()
            .toList());
  }

  private static String synopsis(CommandLine command) {
    String options =
        command.getCommandSpec().options().stream()
            .map(OptionSpec::longestName)
            .filter(name -> !name.matches("--(root|verbose|help|version)"))
            .map(" "::concat)
            .collect(Collectors.joining());
    String operands =
        command.getCommandSpec().positionalParameters().stream()
            .map(p -> (p.arity().min() == 0 ? " [%s]" : " %s").formatted(p.paramLabel()))
            .collect(Collectors.joining());
    return command.getCommandSpec().qualifiedName() + options + operands;
  }

  @ParameterizedTest
  @ValueSource(strings = {"launchd/README.md", "agent/src/main/man/kextwatch.1"})
  void theExitCodesAreTheProducts(String page) throws IOException {
    String text = Files.readString(Script.REPOSITORY.resolve(page)).replaceAll("\\s+", " ");
    assertTrue(text.contains("69") && text.contains("70") && text.contains("77"), page);
    String help = Program.commandLine().getUsageMessage(Ansi.OFF);
    String codes = help.substring(help.indexOf("Exit codes: ")).replaceAll("\\s+", " ").strip();
    assertTrue(page.endsWith(".1") || text.contains(codes.substring(0, codes.length() - 1)), codes);
  }

  @Test
  void theDeploymentPageNamesEverySettingWithItsDefault() throws Exception {
    String empty = "–";
    List<String> rows =
        new SettingsReader(SystemRoot.at(folder))
            .read().shown().stream()
                .map(
                    setting -> {
                      Object value = setting.value();
                      String text =
                          value instanceof String || value == null
                              ? String.valueOf(value)
                              : new String(Json.write(value), StandardCharsets.UTF_8);
                      return "| `%s` | %s |"
                          .formatted(setting.name(), value == null ? empty : "`" + text + "`");
                    })
                .toList();
    String page = Files.readString(Script.REPOSITORY.resolve("launchd/README.md"));
    String settings = page.substring(page.indexOf("| setting | default |"));
    assertEquals(
        rows.stream().sorted().toList(),
        settings
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.replaceFirst("(\\| \\S+ \\| [^|]* \\|).*", "$1"))
            .sorted()
            .toList());
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    CommandLine program = Program.commandLine();
    String script = AutoComplete.bash("kextwatch", program);
    Path file = Files.writeString(folder.resolve("completions"), script);

    assertEquals("check completions config\n", completed(file, "kextwatch c"));
    assertEquals("--field\n", completed(file, "kextwatch status --f"));
  }

  private String completed(Path script, String typed) throws Exception {
    String ask =
        """
        . '%s'
        compopt() { :; }
        COMP_WORDS=(%s)
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _complete_kextwatch
        printf '%%s\\n' "$(printf '%%s\\n' "${COMPREPLY[@]}" | sort | tr '\\n' ' ' | sed 's/ *$//')"
        """
            .formatted(script, typed);
    Ended ended = Script.run(folder, ENVIRONMENT, "bash", "-c", ask);
    assertEquals("", ended.err());
    return ended.out();
  }
}
