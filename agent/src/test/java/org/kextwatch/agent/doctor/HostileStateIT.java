package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.mac.Owner;

/**
 * What somebody has put into our folders before they were root's alone, in the place of each file
 * that is written there, and of those that are only there while it is: nothing behind it changes.
 * One in five is tried, in the long form of the tests all of them.
 */
class HostileStateIT extends HostileMac {

  private Path victim;

  static Stream<Arguments> traps() {
    List<String> places =
        List.of(
            STATE + "state.json",
            STATE + "state.json.new",
            STATE + "settings.json",
            STATE + "settings.json.new",
            STATE + "spool/tmp",
            STATE + "spool/new",
            STATE + "spool/quarantine",
            STATE + "spool/tmp/left.json",
            STATE + "spool/new/foreign.json",
            STATE + "spool/quarantine/foreign.json",
            SUPPORT + "status.json",
            SUPPORT + "status.json.new");
    List<String> traps =
        new ArrayList<>(
            List.of(
                "ln -s 'VICTIM' 'PLACE'",
                "ln -s 'VICTIM/..' 'PLACE'",
                "ln -s 'VICTIM.none' 'PLACE'",
                "ln 'VICTIM' 'PLACE'",
                "mkfifo -m 600 'PLACE'",
                "cd \"$(dirname 'PLACE')\"; perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0)"
                    + " && bind(S, sockaddr_un($ARGV[0])) or die' \"$(basename 'PLACE')\"",
                "mkdir -p 'PLACE/inner'"));
    if (Owner.current().isRoot()) {
      traps.add("mknod -m 600 'PLACE' c 1 5");
      traps.add("echo '{}' >'PLACE'; chown 65534 'PLACE'");
    }
    List<Arguments> all = new ArrayList<>();
    places.forEach(place -> traps.forEach(trap -> all.add(Arguments.of(place, trap))));
    boolean isLong = Script.isLong();
    return isLong
        ? all.stream()
        : IntStream.iterate(0, i -> i < all.size(), i -> i + 5).mapToObj(all::get);
  }

  @BeforeEach
  void aVictim() throws Exception {
    Path victims = Files.createDirectory(folder.resolve("victims"));
    mode(victims, "rwx------");
    victim = Files.writeString(victims.resolve("file"), "the secret of root");
    mode(victim, "rw-------");
    for (String part : List.of("", "spool", "spool/tmp", "spool/new", "spool/quarantine")) {
      Path ours = Files.createDirectories(mac.path(STATE + part));
      mode(ours, "rwx------");
    }
  }

  @ParameterizedTest
  @MethodSource("traps")
  void isReplacedOrToldAndNeverFollowed(String place, String trap) throws Exception {
    Path path = mac.path(place);
    set("rm -rf 'PLACE'; " + trap, path);
    String told = assertTimeoutPreemptively(Patience.AMPLE, this::check);
    assertEquals("the secret of root", Files.readString(victim));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(victim)));
    assertArrayEquals(new String[] {"file"}, victim.getParent().toFile().list());
    assertTrue(!told.contains("the secret of root"), told);
    boolean isOnlyLogged =
        place.matches(".*(/status[.]json.*|/spool/.*/.*)") || trap.startsWith("mkdir");
    assertTrue(isOnlyLogged || isOurs(path) || told.contains(path.getFileName().toString()), told);
  }

  /** What it says, in whichever way. */
  private String check() {
    try {
      return Check.run(root, false, false).status().agent().warnings().toString();
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** It is gone, or a plain file or folder of ours. */
  private static boolean isOurs(Path path) throws IOException {
    if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
      return true;
    }
    Map<String, Object> found =
        Files.readAttributes(path, "unix:isRegularFile,nlink", LinkOption.NOFOLLOW_LINKS);
    return Owner.of(path, LinkOption.NOFOLLOW_LINKS).isTrusted()
        && Boolean.TRUE.equals(found.get("isRegularFile"))
        && Integer.valueOf(1).equals(found.get("nlink"));
  }

  private void set(String trap, Path path) throws Exception {
    String command = trap.replace("PLACE", path.toString()).replace("VICTIM", victim.toString());
    run(command);
  }
}
