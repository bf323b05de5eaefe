package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * The steps that try the package on a hosted Mac, here with a Mac that is played: that the script
 * goes on where a step fails, says which, and ends with 1. What a real Mac does is not shown here.
 */
class MacPackageStepsIT {
  /** Makes an archive and a package as install.sh does. */
  private static final String INSTALL =
      """
      case $1 in
        --version) echo kextwatch 0.2.0 ;;
        --release)
          name=kextwatch-0.2.0
          mkdir -p "${name}/dist/bin" "${name}/dist/lib" agent/target
          : >"${name}/dist/lib/kextwatch-agent-0.2.0.jar"
          : >"${name}/dist/lib/moshi-1.jar"
          cp install.sh "${name}/"
          cp receiver "${name}/dist/bin/kextwatch"
          tar -cf - "${name}" | gzip >"agent/target/${name}.tar.gz"
          ;;
        --package)
          mkdir -p target
          ls dist/lib >target/kextwatch.pkg
          ;;
      esac
      """;

  /** What root does is only noted, but the installer fails where a library is missing. */
  private static final String SUDO =
      """
      printf '%s\\n' "$*" >>'@asked'
      case $* in
        installer*.pkg*)
          package=${*%.pkg*}.pkg
          package=${package##*-pkg }
          grep -q moshi "${package}"
          ;;
        launchctl*) echo "	pid = $$" ;;
        *doctor*) exit 1 ;;
        *'@fails'*) exit 1 ;;
      esac
      """;

  @TempDir Path temp;
  private Path clone;
  private Path bin;
  private Path asked;

  @BeforeEach
  void layOut() throws IOException {
    Path folder = temp.toRealPath();
    clone = folder.resolve("a clone");
    bin = folder.resolve("bin");
    asked = Files.createFile(folder.resolve("asked"));
    Script.copy(Script.REPOSITORY.resolve(".ci/mac-package"), clone.resolve(".ci/mac-package"));
    Script.write(clone.resolve("install.sh"), INSTALL);
    Script.write(
        clone.resolve("receiver"),
        "echo agent.started; echo '\"cause\":\"upgrade\"'; exec sleep 600");
    Script.write(bin.resolve("readlink"), "echo releases/9.0.0");
    Script.write(bin.resolve("pkgutil"), "[ \"$1\" != --pkg-info ]");
    Script.write(bin.resolve("sleep"), "exec /bin/sleep \"${1%2}0.01\"");
    for (String tool : List.of("sw_vers", "csrutil", "sqlite3", "perl")) {
      Script.write(bin.resolve(tool), "echo " + tool);
    }
    sudo("nothing fails");
  }

  private void sudo(String fails) throws IOException {
    Script.write(
        bin.resolve("sudo"), SUDO.replace("@asked", asked.toString()).replace("@fails", fails));
  }

  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void everyStepIsTakenInItsOrder(String shell) throws Exception {
    Ended ended = run(shell);
    assertEquals(0, ended.exit(), ended::toString);
    List<String> steps = steps();
    assertEquals(18, steps.size(), steps::toString);
    assertTrue(steps.stream().allMatch(step -> step.startsWith("ok\t")), steps::toString);
    List<String> packages =
        Files.readAllLines(asked).stream()
            .filter(line -> line.startsWith("installer"))
            .map(line -> line.replaceFirst(".*/([^/]+)\\.pkg .*", "$1"))
            .toList();
    assertEquals(List.of("as-it-is", "as-it-is", "9.0.0", "9.9.9"), packages);
  }

  @Test
  void aStepThatFailsIsNamedAndTheOthersGoOn() throws Exception {
    sudo("--uninstall");
    Ended ended = run("dash");
    assertEquals(1, ended.exit(), ended::toString);
    List<String> failed =
        steps().stream()
            .filter(step -> step.startsWith("FAILED"))
            .map(s -> s.split("\t", -1)[1])
            .toList();
    assertEquals(List.of("remove"), failed);
    assertTrue(Files.exists(clone.resolve("report/facts.txt")));
  }

  @Test
  void withoutAPackageNothingIsInstalled() throws Exception {
    Script.write(clone.resolve("install.sh"), INSTALL.replace("mkdir -p target", "exit 69"));
    assertEquals(1, run("dash").exit());
    assertEquals(4, steps().size());
    assertTrue(Files.readAllLines(asked).stream().noneMatch(line -> line.startsWith("installer")));
  }

  private List<String> steps() throws IOException {
    return Files.readAllLines(clone.resolve("report/steps.txt"));
  }

  private Ended run(String shell) throws Exception {
    Map<String, String> environment =
        Map.of("PATH", bin + ":/usr/bin:/bin", "JAVA_HOME", "/a/java");
    return Script.run(clone, environment, shell, clone.resolve(".ci/mac-package"), "report");
  }
}
