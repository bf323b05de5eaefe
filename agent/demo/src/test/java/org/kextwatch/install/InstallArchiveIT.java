package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** When install.sh makes a class-data archive, and that a failure leaves none. */
class InstallArchiveIT extends InstalledMac {
  /** Plays the three runs of Java that make an archive. */
  private static final String JAVA =
      """
      share=
      for a; do
        case $a in
          -XX:DumpLoadedClassList=*) list=${a#*=} ;;
          -XX:SharedArchiveFile=*) made=${a#*=} ;;
          -Xshare:*) share=${a#*:} ;;
        esac
      done
      [ "$(cat "${0%/*}/mishap")" != "$share" ] || . "${0%/*}/mishap.sh"
      case $share in
        auto) echo java/lang/Object >"$list" ;;
        dump) printf 'an archive' >"$made"; exit ;;
        on) [ -s "$made" ]; exit ;;
      esac
      exec "${0%/*}/played" "$@"
      """;

  private Path release;
  private Path encoded;

  @BeforeEach
  void letJavaMakeArchives() throws Exception {
    Files.move(runtime.resolve("bin/java"), runtime.resolve("bin/played"));
    Script.write(runtime.resolve("bin/java"), JAVA);
    mishap("none", "");
    Path kill =
        Stream.of("/bin/kill", "/usr/bin/kill")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    Files.createSymbolicLink(bin.resolve("kill"), kill); // posh has none of its own
    release = support.resolve("releases/0.1.0");
    encoded = mac.resolve("Library/Application%20Support");
  }

  @ConcurrentTest
  void itIsMadeOnceAndAgainForAnotherJava() throws Exception {
    install(true);
    assertMade();
    Ended again = install(true);
    assertTrue(again.err().contains("nothing is new"), again::err);

    Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"17.0.14\"\n");
    String stamp = Files.readString(release.resolve("classes.jsa.stamp"));
    Ended updated = install(true);
    assertFalse(updated.err().contains("nothing is new"), updated::err);
    assertNotEquals(stamp, Files.readString(release.resolve("classes.jsa.stamp")));
    assertMade();
  }

  @ConcurrentTest
  void itIsMadeAgainWhereItIsDamagedOrUnfinished() throws Exception {
    install(true);
    Files.writeString(release.resolve("classes.jsa"), "an arch");
    install(true);
    assertMade();
    Files.writeString(release.resolve("classes.jsa.new"), "an arch"); // it was killed
    install(true);
    assertMade();
  }

  @ConcurrentTest
  void withoutItTheReleaseIsComplete() throws Exception {
    install(true);
    install(false);
    assertEquals(List.of(), archives());
  }

  /** Without it Java 17 finds none of our classes (ClassArchiveIT). */
  @ConcurrentTest
  void meanwhileALinkHasTheEncodedPath() throws Exception {
    Path seen = temp.resolve("seen");
    mishap("dump", "readlink '" + encoded + "' >'" + seen + "'");
    install(true);
    assertEquals("Application Support\n", Files.readString(seen));
    assertFalse(Files.isSymbolicLink(encoded));

    Files.createSymbolicLink(encoded, Path.of("Application Support")); // it was killed
    install(true);
    assertFalse(Files.isSymbolicLink(encoded));
  }

  @ConcurrentTest
  void whatOthersHaveThereStays() throws Exception {
    Files.createDirectories(encoded);
    install(true);
    assertMade();
    assertTrue(Files.isDirectory(encoded));
    try (Stream<Path> files = Files.list(encoded)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @ConcurrentTest
  void aPackageHasNone() throws Exception {
    Path stage = temp.toRealPath().resolve("stage");
    assertDone(script("--destdir", stage, "--java", runtime));
    release = stage.resolve("Library/Application Support/Kextwatch/releases/0.1.0");
    assertEquals(List.of(), archives());
  }

  @ConcurrentTest
  void aFailureLeavesNone() throws Exception {
    for (List<String> mishap :
        List.of(
            List.of("auto", "exit 1"),
            List.of("dump", "printf half >\"$made\"; exit 1"),
            List.of("on", "kill -s ABRT $$"))) {
      mishap(mishap.get(0), mishap.get(1));
      Ended ended = install(true);
      assertTrue(ended.err().contains("no class-data archive could be made"), ended::err);
      assertEquals(List.of(), archives());
    }
  }

  @ConcurrentTest
  void anInterruptionLeavesNone() throws Exception {
    install(false);
    Path lock = support.resolve(".installing");
    String interrupt =
        "[ -z \"${made-}\" ] || printf half >\"$made\"\n"
            + "kill -s TERM $(readlink '%s' | sed 's/,.*//')\nsleep 1\n".formatted(lock);
    for (String step : List.of("auto", "dump")) {
      mishap(step, interrupt);
      Ended ended = script("--root", mac, "--no-start", "--java", runtime);
      assertEquals(70, ended.exit(), ended::toString);
      assertTrue(ended.err().contains("was interrupted"), ended::err);
      assertEquals(List.of(), archives());
      assertFalse(Files.exists(lock));
      assertFalse(Files.isSymbolicLink(encoded));
    }
  }

  /** Nobody is left who would end it. */
  @ConcurrentTest
  void theDaemonOfOneThatWasKilledEndsByItself() throws Exception {
    install(false);
    Path perl = putAside("perl");
    String sooner = "case $2 in *alarm*) shift 2; set -- -e 'alarm 1; exec @ARGV' \"$@\" ;; esac";
    Script.write(bin.resolve("perl"), sooner + "\nexec '" + perl + "' \"$@\"");
    Path pid = temp.resolve("pid");
    Path lock = support.resolve(".installing");
    mishap(
        "auto",
        "echo $$ >'%s'; kill -9 $(readlink '%s' | sed 's/,.*//'); exec /bin/sleep 600"
            .formatted(pid, lock));
    assertEquals(137, script("--root", mac, "--no-start", "--java", runtime).exit());
    Patience.until(() -> Files.exists(pid) && !Files.readString(pid).isEmpty());
    long daemon = Long.parseLong(Files.readString(pid).strip());
    Patience.until(() -> ProcessHandle.of(daemon).filter(ProcessHandle::isAlive).isEmpty());
  }

  private Ended install(boolean withArchive) throws Exception {
    List<Object> options = List.of("--no-start", "--java", runtime);
    Ended ended =
        withArchive
            ? script("--root", mac, options.toArray())
            : script(
                "--root",
                mac,
                Stream.concat(options.stream(), Stream.of("--no-archive")).toArray());
    assertDone(ended);
    return ended;
  }

  private void mishap(String step, String what) throws IOException {
    Files.writeString(runtime.resolve("bin/mishap"), step + "\n");
    Files.writeString(runtime.resolve("bin/mishap.sh"), what + "\n");
  }

  private void assertMade() throws IOException {
    assertEquals(List.of("classes.jsa", "classes.jsa.stamp"), archives());
    assertEquals("an archive", Files.readString(release.resolve("classes.jsa")));
    assertEquals("rw-r--r--", mode(release.resolve("classes.jsa")));
  }

  private List<String> archives() throws IOException {
    try (Stream<Path> files = Files.list(release)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("classes.jsa"))
          .sorted()
          .toList();
    }
  }
}
