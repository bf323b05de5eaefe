package org.kextwatch.agent.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.kextwatch.agent.doctor.Doctor;
import org.kextwatch.agent.doctor.DoctorText;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.RefusedPathException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Checks everything that the daemon needs, and says what to do.",
      "It changes nothing and sends nothing. A check that is not possible does not count as"
          + " failed.",
      "Exit codes: 0 no check failed, 1 a check failed, 78 the settings are refused."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch doctor              without root some checks are not possible",
      "  sudo kextwatch doctor --json       for tools: check, mark, text, remedy"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print a JSON array of the checks.")
  private boolean json;

  @Override
  public Integer call() throws RefusedPathException {
    Doctor.Report report = Doctor.examine(kextwatch.root(), kextwatch.seesEverything());
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? Json.text(report.findings()) : DoctorText.of(report, Ansi.AUTO));
    return exitCode(report);
  }

  private static int exitCode(Doctor.Report report) {
    if (report.settingsRefused()) {
      return ExitCode.BAD_SETTINGS;
    }
    return report.hasFailed() ? 1 : ExitCode.OK;
  }
}
