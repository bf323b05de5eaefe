package org.kextwatch.agent.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;

/**
 * Each parser under Jazzer, which is guided by coverage: {@code mvn verify -Pfuzz}, with {@code
 * -Dfuzz.seconds=600} for each. It is a process of its own, with the memory and the stack of a
 * daemon and some for Jazzer. What it keeps stays in {@code target/fuzz}, and so does an input that
 * fails.
 */
class JazzerFuzz {
  private static final int SECONDS = Integer.getInteger("fuzz.seconds", 600);
  private static final String ONLY = System.getProperty("fuzz.target", "");
  private static final String PLIST_WRITER = "com.dd.plist.BinaryPropertyListWriter";
  private static final String LONGEST = "65536";
  private static final Pattern DONE = Pattern.compile("Done (\\d+) runs? in (\\d+) second");

  static Stream<FuzzTarget> targets() {
    return FuzzTargets.all().filter(target -> target.name().contains(ONLY));
  }

  @ParameterizedTest
  @MethodSource("targets")
  @Timeout(value = 1, unit = TimeUnit.DAYS)
  void holdsWhateverItGets(FuzzTarget target) throws IOException, InterruptedException {
    String name = target.name().replaceAll("\\W+", "-");
    Path folder = Files.createDirectories(Script.AGENT.resolve("target/fuzz").resolve(name));
    Path corpus = Files.createDirectories(folder.resolve("corpus"));
    for (int i = 0; i < target.seeds().size(); i++) {
      Files.write(corpus.resolve("seed-" + i), target.seeds().get(i));
    }
    Path log = folder.resolve("log");
    Process jazzer =
        Script.start(
            new ProcessBuilder(command(target, folder))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile()));
    int exit = jazzer.waitFor();
    String printed = Files.readString(log);
    Matcher done = DONE.matcher(printed);
    assertTrue(done.find() && exit == 0, () -> "see " + log + "\n" + finding(printed));
    write("%-22s %10s inputs in %s s%n".formatted(target, done.group(1), done.group(2)));
  }

  private static List<String> command(FuzzTarget target, Path folder) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-Xss512k",
        "-Dkextwatch.target=" + target.name(),
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + FuzzedTarget.class.getName(),
        "--instrumentation_includes=org.kextwatch.agent.**:com.squareup.moshi.**:com.dd.plist.**",
        // its maps of property lists would be compared with null
        "--instrumentation_excludes=" + PLIST_WRITER,
        "--custom_hook_excludes=" + PLIST_WRITER,
        "-max_total_time=" + SECONDS,
        "-max_len=" + LONGEST,
        "-artifact_prefix=" + folder + "/",
        "corpus");
  }

  private static String finding(String printed) {
    int at = Math.max(0, printed.indexOf("== "));
    return printed.substring(at, Math.min(printed.length(), at + 3_000));
  }

  private static void write(String line) throws IOException {
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    Files.writeString(
        figures.resolve("fuzz.txt"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
