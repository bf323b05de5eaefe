package org.kextwatch.agent.doctor;

import java.util.StringJoiner;
import org.kextwatch.agent.doctor.DoctorCheck.Finding;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.PlainText;
import picocli.CommandLine.Help.Ansi;

/** A report of the doctor, for people. */
public final class DoctorText {
  private DoctorText() {}

  public static String of(Doctor.Report report, Ansi ansi) {
    StringJoiner lines = new StringJoiner("\n");
    for (Finding finding : report.findings()) {
      lines.add(
          "%s %-24s %s"
              .formatted(mark(finding.mark(), ansi), finding.check(), plain(finding.text())));
      if (!finding.remedy().isEmpty()) {
        lines.add(" ".repeat(12) + "-> " + plain(finding.remedy()));
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

  /** The name of a file of somebody else's must not look like a line, or steer the terminal. */
  private static String plain(String text) {
    return PlainText.quotable(text, Integer.MAX_VALUE);
  }

  private static String mark(Mark mark, Ansi ansi) {
    String colour =
        switch (mark) {
          case OK -> "green";
          case WARN, CANNOT_TELL -> "yellow";
          case FAIL -> "bold,red";
        };
    return ansi.string("@|%s %-11s|@".formatted(colour, EnumWord.spoken(mark)));
  }

  private static long count(Doctor.Report report, Mark mark) {
    return report.findings().stream().filter(finding -> finding.mark() == mark).count();
  }
}
