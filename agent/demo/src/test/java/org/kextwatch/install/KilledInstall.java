package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * An install.sh that is killed before a tool that it runs, while another one waits for its lock.
 */
abstract class KilledInstall extends InstalledMac {
  /** They change nothing, and how often they run depends on how long launchd takes. */
  private static final Set<String> OFTEN = Set.of("sleep", "sed", "awk", "date", "id");

  /**
   * Stands before each other tool. The one that waits tries once before, and its answer is kept.
   */
  private static final String COUNTING =
      """
      [ -n "${KILL_AT-}" ] || exec 'REAL' "$@"
      case "${1-} ${2-}" in
        '-ldn /tmp/kextwatch.'* | '-rf /tmp/kextwatch.'*) exec 'REAL' "$@" ;; # what other installs have there
      esac
      printf '%s\\n' "${0##*/}" >>'FOLDER/steps'
      count=$(/usr/bin/wc -l <'FOLDER/steps')
      if [ "${count}" -eq "${KILL_AT}" ]; then
        [ ! -L 'LOCK' ] || KILL_AT= 'FOLDER/waiting' >'FOLDER/answer' 2>&1 || :
        case ${KILL_HOW} in
          group) kill -9 0 ;;
          *)
            read -r shell <'FOLDER/pid'
            kill -9 "${shell}"
            ;;
        esac
      fi
      exec 'REAL' "$@"
      """;

  final Path[] archives = new Path[2];
  Path folder;
  String shellFile = "";
  String grouped = "";

  /** What the one that is killed does, and what the one that waits does. */
  enum Deed {
    FIRST("0.2.0"),
    UPGRADE("0.2.0"),
    ANOTHER_UPGRADE("0.4.0"),
    ROLLBACK("0.3.0"),
    REMOVAL("0.2.0"),
    PURGE("0.2.0");

    private final String version;

    Deed(String version) {
      this.version = version;
    }

    boolean isRemoval() {
      return this == REMOVAL || this == PURGE;
    }
  }

  /** The quickest, or each in the long form. */
  static Stream<String> shells() {
    return Script.isLong() ? Script.shells() : Stream.of("dash");
  }

  @BeforeEach
  void countTheTools() throws Exception {
    launchd.settleSeconds = 0; // each Mac here is used many times
    folder = temp.toRealPath();
    archives[0] = archive;
    archives[1] = folder.resolve("another archive");
    run("cp -Rp", archive, archives[1]);
    String shells =
        Files.exists(Path.of("/usr/bin", List.of(shell.split(" ")).get(0))) ? "/usr/bin/" : "/bin/";
    shellFile = shells + shell;
    Path leader = folder.resolve("leader"); // of a group of its own
    Script.write(
        leader,
        "echo $$ >'%s/pid'\nexec /usr/bin/perl -e 'setpgrp(0, 0); exec @ARGV or exit 78' \"$@\""
            .formatted(folder));
    grouped = leader + " " + shellFile;
    List<String> tools = new ArrayList<>();
    try (Stream<Path> all = Files.list(bin)) {
      all.filter(tool -> !Files.isDirectory(tool))
          .map(tool -> tool.getFileName().toString())
          .filter(tool -> !OFTEN.contains(tool))
          .forEach(tools::add);
    }
    for (String tool : tools) {
      String counting =
          COUNTING
              .replace("REAL", putAside(tool).toString())
              .replace("FOLDER", folder.toString())
              .replace("LOCK", support.resolve(".installing").toString());
      Script.write(bin.resolve(tool), counting);
    }
  }

  Ended attempt(Deed deed, Deed waiting, int moment, String how) throws Exception {
    release(waiting.version, archives[1]);
    String command =
        Stream.concat(Stream.of(shellFile), options(waiting, archives[1]).map(o -> "'" + o + "'"))
            .reduce((a, b) -> a + " " + b)
            .orElseThrow();
    Script.write(folder.resolve("waiting"), "exec " + command);
    Path answer = folder.resolve("answer");
    Files.deleteIfExists(answer);
    Ended killed = begin(deed, archives[0], Integer.toString(moment), how);
    if (Files.exists(answer)) {
      String said = Files.readString(answer);
      assertTrue(said.contains("is at work on this Mac, and nothing has been changed"), said);
    }
    return killed;
  }

  void anew(Deed deed) throws Exception {
    int unused = launchd.ask("bootout", "system/" + LABEL);
    Patience.until(() -> launchd.ask("print", "system/" + LABEL) != 0);
    run("rm -rf", mac.resolve("Library"), mac.resolve("private"), folder.resolve("steps"));
    environment.put("KILL_AT", "");
    if (deed != Deed.FIRST) {
      release("0.1.0", archives[0]);
      installed();
    }
  }

  /** As the leader of a group; the tools count. */
  Ended begin(Deed deed, Path from, String moment, String how) throws Exception {
    Files.deleteIfExists(folder.resolve("steps"));
    environment.put("KILL_AT", moment);
    environment.put("KILL_HOW", how);
    try {
      return go(deed, from, grouped);
    } finally {
      environment.put("KILL_AT", "");
    }
  }

  Ended go(Deed deed, Path from, String shells) throws Exception {
    release(deed.version, from);
    return Script.run(temp, environment, shells, options(deed, from).toArray());
  }

  Stream<Object> options(Deed deed, Path from) throws IOException {
    Stream<Object> all = Stream.of(from.resolve("install.sh"), "--root", mac, "--no-archive");
    Stream<Object> more =
        switch (deed) {
          case REMOVAL -> Stream.of("--uninstall");
          case PURGE -> Stream.of("--uninstall", "--purge");
          case FIRST -> firstOptions();
          default -> Stream.of("--java", runtime);
        };
    return Stream.concat(all, more);
  }

  void assertAsIfNothingHadBeen(Deed deed, Ended ended) throws Exception {
    assertEquals(deed == Deed.ROLLBACK ? 70 : 0, ended.exit(), ended::toString);
    Set<String> left = new TreeSet<>(everything().keySet());
    left.removeIf(
        file -> !file.matches(".*([.]new|[.]old|[.]installing|/stop-cause|%20|/package).*"));
    assertEquals(Set.of(), left, "litter");
    String pid = Files.readString(folder.resolve("pid")).strip();
    try (var scratch = Files.newDirectoryStream(Path.of("/tmp"), "kextwatch." + pid + ".*")) {
      assertFalse(scratch.iterator().hasNext(), "a temporary folder of " + pid);
    }
    boolean isToRun = Files.exists(job());
    if (deed == Deed.ANOTHER_UPGRADE) {
      assertTrue(isToRun);
      assertEquals("0.4.0", version(current()));
    }
    if (isToRun) {
      assertWhole(support.resolve(current()));
      Patience.until(() -> launchd.pid() > 0);
      assertWatched();
    } else {
      assertEquals(-1, launchd.pid());
    }
    if (deed.isRemoval()) {
      assertFalse(isToRun);
      left = new TreeSet<>(everything().keySet());
      left.removeIf(
          file ->
              !file.matches(
                  deed == Deed.PURGE
                      ? ".*/[Kk]extwatch.*"
                      : ".*Support/Kextwatch/(?!config[.]json$|secret$).*"));
      assertEquals(Set.of(), left);
    }
  }

  static String version(Path release) {
    return release.getFileName().toString().replaceFirst("-\\d+$", "");
  }

  /** It has the libraries of its own version, and the launcher. */
  void assertWhole(Path release) throws Exception {
    Map<String, String> libraries = new TreeMap<>();
    try (Stream<Path> all = Files.list(release.resolve("lib"))) {
      for (Path library : all.toList()) {
        libraries.put(library.getFileName().toString(), Files.readString(library));
      }
    }
    String version = version(release);
    assertEquals(
        Map.of("a library.jar", "", "kextwatch-agent-" + version + ".jar", version + END_OF_JAR),
        libraries);
    Path launcher = archives[1].resolve("dist/bin/kextwatch");
    assertEquals(-1, Files.mismatch(launcher, release.resolve("bin/kextwatch")));
    assertFalse(Files.exists(release.resolve("release")), "a release in a release");
  }

  void release(String version, Path of) throws IOException {
    Path own = archive;
    archive = of;
    release(version);
    archive = own;
  }

  void run(String command, Object... arguments) throws Exception {
    Map<String, String> tools = Map.of("PATH", "/usr/bin:/bin");
    assertEquals(new Ended(0, "", ""), Script.run(temp, tools, command, arguments));
  }
}
