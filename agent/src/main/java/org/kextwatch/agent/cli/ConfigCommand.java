package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.ResolvedSettings.Shown;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.config.ValueState;
import org.kextwatch.agent.doctor.SettingsTable;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.webhook.ReferencedFilesCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = {
      "The settings: what they are, where each comes from, and whether they are right.",
      "Managed preferences count before config.json, and that before the defaults, key by key;"
          + " managed labels or headers replace the local ones as a whole."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch config show",
      "  kextwatch config validate ./config.json       a draft, or a .mobileconfig",
      "",
      "Exit codes: 0 fine, 1 a file that they name is missing or unsafe,",
      "77 needs root, 78 refused."
    })
public final class ConfigCommand implements Runnable {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ConfigCommand() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name one: show or validate.");
  }

  @Command(
      name = "show",
      description = "Every setting, its value and where it comes from; nothing that is secret.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  sudo kextwatch config show --json")
  int show(@Option(names = "--json", description = "Print a document.") boolean json)
      throws RefusedPathException {
    SystemRoot root = kextwatch.root();
    if (mayNotRead(root)) {
      return needsRoot("show");
    }
    ResolvedSettings reading = new SettingsReader(root).read();
    List<String> flaws = ReferencedFilesCheck.flaws(reading.settings().webhook(), root);
    if (json) {
      out().println(document(reading, flaws));
    } else {
      reading.shown().forEach(setting -> out().println(SettingsTable.row(setting)));
      tell(reading, flaws, out());
    }
    return exitCode(reading, flaws);
  }

  @Command(
      name = "validate",
      description = {
        "Whether the settings are right, and the files that they name there and safe.",
        "Of a FILE it does not matter where it lies and whose it is. It is judged as for a real"
            + " Mac;",
        "of a .mobileconfig, what macOS would hand to Kextwatch."
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  kextwatch config validate ./config.json")
  int validate(
      @Parameters(
              arity = "0..1",
              paramLabel = "FILE",
              description =
                  "A draft, JSON, property list or .mobileconfig; this Mac's settings if not"
                      + " given.")
          @Nullable Path file)
      throws RefusedPathException {
    SystemRoot root = kextwatch.root();
    if (file == null && mayNotRead(root)) {
      return needsRoot("validate");
    }
    ResolvedSettings reading;
    try {
      reading = file == null ? new SettingsReader(root).read() : SettingsReader.draft(file);
    } catch (IOException e) {
      err().println("kextwatch: %s cannot be read: %s".formatted(file, e));
      return ExitCode.USAGE;
    }
    List<String> flaws =
        reading.isRefused()
            ? List.of()
            : ReferencedFilesCheck.flaws(reading.settings().webhook(), root);
    tell(reading, flaws, out());
    int exitCode = exitCode(reading, flaws);
    if (exitCode == ExitCode.OK) {
      out().println("The settings are fine.");
    }
    return exitCode;
  }

  private static void tell(ResolvedSettings reading, List<String> flaws, PrintWriter to) {
    reading.problems().forEach(problem -> to.println("refused: " + problem));
    if (reading.isRefused()) {
      to.println(
          "The daemon goes on with the last good settings; what has none takes a safe value.");
    }
    flaws.forEach(flaw -> to.println("failed:  " + flaw));
    reading.warnings().forEach(warning -> to.println("warning: " + warning));
  }

  private static String document(ResolvedSettings reading, List<String> flaws) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (Shown setting : reading.shown()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("value", setting.value());
      entry.put("origin", word(setting.origin()));
      entry.put("overridesLocal", setting.overridesLocal());
      if (setting.state() != ValueState.GOOD) {
        entry.put("standing", word(setting.state()));
      }
      entry.put("default", setting.defaultValue());
      entry.put("allowed", setting.allowed());
      entry.put("description", setting.description());
      settings.put(setting.name(), entry);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("settings", settings);
    document.put("refused", reading.problems());
    document.put("failed", flaws);
    document.put("warnings", reading.warnings());
    return json(document);
  }

  private static int exitCode(ResolvedSettings reading, List<String> flaws) {
    return reading.isRefused() ? ExitCode.BAD_SETTINGS : flaws.isEmpty() ? ExitCode.OK : 1;
  }

  /** Half of the settings, shown as if they were all, would mislead. */
  private static boolean mayNotRead(SystemRoot root) {
    return !Owner.current().isRoot()
        && Stream.of(AgentPaths.MANAGED_SETTINGS, AgentPaths.LOCAL_SETTINGS)
            .map(root::resolve)
            .anyMatch(file -> Files.exists(file) && !Files.isReadable(file));
  }

  private int needsRoot(String command) {
    err()
        .println(
            "kextwatch: this user may not read the settings: sudo kextwatch config " + command);
    return ExitCode.NEEDS_ROOT;
  }

  private static String word(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT);
  }

  private static String json(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
