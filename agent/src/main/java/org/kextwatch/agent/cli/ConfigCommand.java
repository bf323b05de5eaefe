package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
import org.kextwatch.agent.mac.EnumWord;
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
      "Shows the settings and where each comes from, or checks them.",
      "Key by key, managed preferences win over config.json, and config.json over the defaults;"
          + " managed labels or headers replace the local ones as a whole."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch config show",
      "  kextwatch config validate ./config.json       or a .mobileconfig",
      "",
      "Exit codes: 0 fine, 1 a file that a setting names is missing or unsafe,",
      "77 needs root, 78 a setting is refused."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ConfigCommand implements Runnable {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command: show or validate.");
  }

  @Command(
      name = "show",
      description = "Shows every setting, its value and where it comes from, without secrets.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  sudo kextwatch config show --json")
  int show(
      @Option(
              names = "--json",
              description = "Print JSON, with the default, allowed values and description of each.")
          boolean json)
      throws RefusedPathException {
    SystemRoot root = kextwatch.root();
    if (mayNotRead(root)) {
      return needsRoot("show");
    }
    ResolvedSettings resolved = new SettingsReader(root).read();
    List<String> flaws = ReferencedFilesCheck.flaws(resolved.settings(), root);
    if (json) {
      out().println(document(resolved, flaws));
    } else {
      resolved.shown().forEach(setting -> out().println(SettingsTable.row(setting)));
      print(resolved, flaws, out());
    }
    return exitCode(resolved, flaws);
  }

  @Command(
      name = "validate",
      description = {
        "Checks the settings, and whether the files that they name exist and are safe.",
        "A FILE may be in any folder and belong to any user. It is checked with the limits of a"
            + " real Mac; of a .mobileconfig the settings that macOS would pass to Kextwatch are"
            + " checked."
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExample:%n",
      footer = "  kextwatch config validate ./config.json")
  int validate(
      @Parameters(
              arity = "0..1",
              paramLabel = "FILE",
              description =
                  "JSON, a property list or a .mobileconfig that is not deployed yet; without it"
                      + " the settings of this Mac are checked.")
          @Nullable Path file)
      throws RefusedPathException {
    SystemRoot root = kextwatch.root();
    if (file == null && mayNotRead(root)) {
      return needsRoot("validate");
    }
    ResolvedSettings resolved;
    try {
      resolved = file == null ? new SettingsReader(root).read() : SettingsReader.draft(file);
    } catch (IOException e) {
      err().println("kextwatch: %s cannot be read: %s".formatted(file, e));
      return ExitCode.USAGE;
    }
    List<String> flaws =
        resolved.isRefused() ? List.of() : ReferencedFilesCheck.flaws(resolved.settings(), root);
    print(resolved, flaws, out());
    int exitCode = exitCode(resolved, flaws);
    if (exitCode == ExitCode.OK) {
      out().println("The settings are fine.");
    }
    return exitCode;
  }

  private static void print(ResolvedSettings resolved, List<String> flaws, PrintWriter to) {
    resolved.problems().forEach(problem -> to.println("refused: " + problem));
    if (resolved.isRefused()) {
      to.println("The daemon uses the last good values; a setting without one has its safe value.");
    }
    flaws.forEach(flaw -> to.println("failed:  " + flaw));
    resolved.warnings().forEach(warning -> to.println("warning: " + warning));
  }

  private static String document(ResolvedSettings resolved, List<String> flaws) {
    Map<String, Object> settings = new LinkedHashMap<>();
    for (Shown setting : resolved.shown()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("value", setting.value());
      entry.put("origin", EnumWord.of(setting.origin()));
      entry.put("overridesLocal", setting.overridesLocal());
      if (setting.state() != ValueState.GOOD) {
        entry.put("standing", EnumWord.of(setting.state()));
      }
      entry.put("default", setting.defaultValue());
      entry.put("allowed", setting.allowed());
      entry.put("description", setting.description());
      settings.put(setting.name(), entry);
    }
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("settings", settings);
    document.put("refused", resolved.problems());
    document.put("failed", flaws);
    document.put("warnings", resolved.warnings());
    return Json.text(document);
  }

  private static int exitCode(ResolvedSettings resolved, List<String> flaws) {
    return resolved.isRefused() ? ExitCode.BAD_SETTINGS : flaws.isEmpty() ? ExitCode.OK : 1;
  }

  /** Settings without those of an unreadable file would be misleading. */
  private static boolean mayNotRead(SystemRoot root) {
    return !Owner.current().isRoot()
        && Stream.of(AgentPaths.MANAGED_SETTINGS, AgentPaths.LOCAL_SETTINGS)
            .map(root::resolve)
            .anyMatch(file -> Files.exists(file) && !Files.isReadable(file));
  }

  private int needsRoot(String command) {
    err()
        .println(
            "kextwatch: this user may not read the settings; run: sudo kextwatch config "
                + command);
    return ExitCode.NEEDS_ROOT;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }
}
