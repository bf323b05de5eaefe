package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.kextwatch.agent.event.EventSchemas;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "schema",
    description = {
      "Writes the JSON Schemas (2020-12) of all events and of the status into a folder.",
      "If a file already exists with another content, nothing is written."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch webhook schema ./schemas")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class WebhookSchemaCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "The folder; created if it does not exist.")
  private Path folder;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Map<String, String> schemas = EventSchemas.schemas();
    try {
      List<Path> others = others(schemas);
      if (!others.isEmpty()) {
        others.forEach(file -> err.println("kextwatch: " + file + " exists with another content."));
        err.println(
            "kextwatch: nothing was written; choose another folder, or remove these files.");
        return ExitCode.USAGE;
      }
      Files.createDirectories(folder);
      for (Map.Entry<String, String> schema : schemas.entrySet()) {
        Path file = folder.resolve(schema.getKey());
        if (!Files.exists(file)) {
          Files.writeString(file, schema.getValue(), StandardOpenOption.CREATE_NEW);
        }
        spec.commandLine().getOut().println(file);
      }
      return ExitCode.OK;
    } catch (IOException e) {
      err.println("kextwatch: the schemas cannot be written: " + e);
      return ExitCode.INTERNAL;
    }
  }

  private List<Path> others(Map<String, String> schemas) {
    return schemas.entrySet().stream()
        .filter(schema -> isOther(folder.resolve(schema.getKey()), schema.getValue()))
        .map(schema -> folder.resolve(schema.getKey()))
        .toList();
  }

  private static boolean isOther(Path file, String text) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !says(file, text);
  }

  private static boolean says(Path file, String text) {
    try {
      return Files.isRegularFile(file) && Files.readString(file).equals(text);
    } catch (IOException e) {
      return false;
    }
  }
}
