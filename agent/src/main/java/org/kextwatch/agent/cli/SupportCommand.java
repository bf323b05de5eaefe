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
      "Writes a zip archive for support, without secrets.",
      "It contains the status, the checks of doctor, the settings, the state, the names of events"
          + " that are not delivered yet, and the agent's log. Secrets are removed, and of URLs"
          + " only scheme and host are left. Look into it before you send it."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExample:%n",
    footer = "  sudo kextwatch support ~/Desktop/kextwatch.zip")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SupportCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "The archive to write; it must not exist yet.")
  private Path file;

  @Override
  public Integer call() throws RefusedPathException {
    PrintWriter err = spec.commandLine().getErr();
    try {
      SupportArchive.of(kextwatch.root(), kextwatch.seesEverything()).write(file);
    } catch (FileAlreadyExistsException e) {
      err.println("kextwatch: " + file + " already exists and is not replaced");
      return ExitCode.USAGE;
    } catch (NoSuchFileException e) {
      err.println("kextwatch: the folder of " + file + " does not exist");
      return ExitCode.USAGE;
    } catch (AccessDeniedException e) {
      err.println("kextwatch: this user may not write " + file + ": choose another folder");
      return ExitCode.USAGE;
    } catch (IOException e) {
      err.println("kextwatch: " + file + " cannot be written: " + e.getMessage());
      return ExitCode.INTERNAL;
    }
    if (!kextwatch.seesEverything()) {
      err.println("kextwatch: the archive is incomplete without root; run: sudo kextwatch support");
    }
    spec.commandLine().getOut().println(file.toAbsolutePath().normalize());
    return ExitCode.OK;
  }
}
