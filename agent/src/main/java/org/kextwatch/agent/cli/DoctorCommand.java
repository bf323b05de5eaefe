package org.kextwatch.agent.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.kextwatch.agent.cli.Checkup.Finding;
import org.kextwatch.agent.cli.Checkup.Mark;
import org.kextwatch.agent.mac.RefusedPath;
import org.kextwatch.agent.report.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "doctor",
    description = {
      "Can this Mac be watched? Looks at all that the daemon needs, and says what to do.",
      "It changes nothing and sends nothing. A check that cannot be made is no failure.",
      "Ends with 0 if no check failed, 1 if one did, 78 if the settings are refused."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  sudo kextwatch doctor              without root some checks cannot tell",
      "  sudo kextwatch doctor --json       for tools: check, mark, text, remedy"
    })
final class DoctorCommand implements Callable<Integer> {
  @ParentCommand private Kextwatch kextwatch;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print a JSON array of what was found.")
  private boolean json;

  @SuppressWarnings("NullAway.Init")
  DoctorCommand() {}

  @Override
  public Integer call() throws RefusedPath {
    Doctor.Report report = Doctor.examine(kextwatch.root(), kextwatch.seesEverything());
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        json
            ? new String(Json.write(report.findings()), StandardCharsets.UTF_8)
            : text(report, Ansi.AUTO));
    return report.exitCode();
  }

  static String text(Doctor.Report report, Ansi ansi) {
    StringJoiner lines = new StringJoiner("\n");
    for (Finding finding : report.findings()) {
      lines.add(
          "%s %-24s %s".formatted(mark(finding.mark(), ansi), finding.check(), finding.text()));
      if (!finding.remedy().isEmpty()) {
        lines.add(" ".repeat(12) + "-> " + finding.remedy());
      }
    }
    lines.add("");
    lines.add(
        "%d ok, %d warn, %d fail, %d cannot tell"
            .formatted(
                count(report, Mark.OK),
                count(report, Mark.WARN),
                count(report, Mark.FAIL),
                count(report, Mark.CANNOT_TELL)));
    return lines.toString();
  }

  private static String mark(Mark mark, Ansi ansi) {
    String colour =
        switch (mark) {
          case OK -> "green";
          case WARN, CANNOT_TELL -> "yellow";
          case FAIL -> "bold,red";
        };
    return ansi.string("@|%s %-11s|@".formatted(colour, Doctor.word(mark)));
  }

  private static long count(Doctor.Report report, Mark mark) {
    return report.findings().stream().filter(finding -> finding.mark() == mark).count();
  }
}
