package org.kextwatch.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.kextwatch.agent.Script;

/**
 * Prints what a benchmark has measured and keeps it in the target folder; with {@code
 * -Dkextwatch.write=true} in figures.md too, where comments show its place.
 */
public final class Figures {
  private static final Path DOCUMENTS = Script.AGENT.resolve("docs");

  private Figures() {}

  /**
   * Writes them.
   *
   * @param bench the name of the benchmark, which its comments have
   * @param how for how long it was measured
   */
  public static void write(String bench, String how, String text) throws IOException {
    Path folder = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(folder.resolve(bench + ".txt"), text);
    System.out.print(text);
    if (!isWriting()) {
      return;
    }
    Path page = DOCUMENTS.resolve("figures.md");
    String figures = Files.readString(page);
    String begin = "<!-- " + bench + " -->\n";
    int from = figures.indexOf(begin) + begin.length();
    int to = figures.indexOf("<!-- end of " + bench + " -->\n");
    String made =
        "\nMeasured on %s, Linux x86-64, %d shared cores, Java %s, %s, load %s.\n\n%s\n"
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version(),
                how,
                Files.readString(Path.of("/proc/loadavg")).split(" ", -1)[1],
                text);
    Files.writeString(page, figures.substring(0, from) + made + figures.substring(to));
  }

  static void draw(String fileName, String svg) throws IOException {
    if (isWriting()) {
      Files.writeString(DOCUMENTS.resolve(fileName), svg);
    }
  }

  private static boolean isWriting() {
    return Boolean.getBoolean("kextwatch.write");
  }
}
