package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kextwatch.agent.doctor.SupportArchive;
import org.kextwatch.agent.mac.RefusedPathException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "support",
    description = {
      "Writes one zip archive for whoever is to help, without secrets.",
      "It holds the status, what doctor finds, the settings, the state, what waits in the spool"
          + " (names alone) and the agent's log. Secrets are taken out and of addresses only scheme"
          + " and host stay; look into it before you send it all the same."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  sudo kextwatch support ~/Desktop/kextwatch.zip")
final class SupportCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The archive to write; it must not exist yet.")
  private Path file;

  @SuppressWarnings("NullAway.Init")
  SupportCommand() {}

  @Override
  public Integer call() throws RefusedPathException {
    PrintWriter err = spec.commandLine().getErr();
    try {
      SupportArchive.of(kextwatch.root(), kextwatch.seesEverything()).write(file);
    } catch (FileAlreadyExistsException e) {
      err.println("kextwatch: " + file + " exists already, and is not replaced");
      return ExitCode.USAGE;
    } catch (NoSuchFileException e) {
      err.println("kextwatch: there is no folder for " + file);
      return ExitCode.USAGE;
    } catch (AccessDeniedException e) {
      err.println("kextwatch: this user may not write " + file + ": name another place");
      return ExitCode.USAGE;
    } catch (IOException e) {
      err.println("kextwatch: " + file + " cannot be written: " + e.getMessage());
      return ExitCode.INTERNAL;
    }
    if (!kextwatch.seesEverything()) {
      err.println("kextwatch: without root much is missing from it");
    }
    spec.commandLine().getOut().println(file.toAbsolutePath().normalize());
    return ExitCode.OK;
  }
}
