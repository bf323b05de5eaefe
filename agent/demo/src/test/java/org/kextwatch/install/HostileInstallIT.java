package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.doctor.HostileUser;
import org.kextwatch.agent.mac.Owner;

/**
 * What another user has left on the disk before, in the place of each file and folder that
 * install.sh reads, writes or runs: nothing behind it is changed, read or run, no pipe is waited
 * for, and what is not put right is refused by its name. A part of it in verify.
 */
class HostileInstallIT extends InstalledMac {
  private static final String SUPPORT = "Library/Application Support/Kextwatch";
  private static final String LOGS = "Library/Logs/Kextwatch";
  private static final String STATE = "private/var/db/kextwatch";
  private static final String JOB = "Library/LaunchDaemons/org.kextwatch.agent.plist";
  private static final String RELEASE = SUPPORT + "/releases/0.1.0";

  /** The next release is not there yet: its name is free, but somebody was quicker. */
  private static final String NEXT = SUPPORT + "/releases/0.2.0";

  private static final String FOREIGN = "chown -h 65534 'PLACE'";
  private static final String OPEN = "chmod 777 'PLACE'";
  private static final String LINK = "rm -rf 'PLACE'; ln -s 'VICTIM' 'PLACE'";
  private static final String LINK_TO_FOLDER = "rm -rf 'PLACE'; ln -s 'VICTIM/..' 'PLACE'";
  private static final String DANGLING = "rm -rf 'PLACE'; ln -s 'VICTIM.none' 'PLACE'";
  private static final String PIPE = "rm -rf 'PLACE'; mkfifo 'PLACE'";
  private static final String FOLDER = "rm -rf 'PLACE'; mkdir 'PLACE'";
  private static final String SECOND_NAME = "rm -rf 'PLACE'; ln 'VICTIM' 'PLACE'";
  private static final String DEVICE = "rm -rf 'PLACE'; mknod 'PLACE' c 1 5";
  private static final String SOCKET =
      "rm -rf 'PLACE'; cd \"$(dirname 'PLACE')\"; perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0)"
          + " && bind(S, sockaddr_un($ARGV[0])) or die' \"$(basename 'PLACE')\"";
  private static final String THEIRS = "rm -rf 'PLACE'; echo >'PLACE'; chown 65534 'PLACE'";

  private static final List<String> FOLDER_ATTACKS =
      List.of(LINK_TO_FOLDER, DANGLING, PIPE, SOCKET, FOREIGN);
  private static final List<String> FILE_ATTACKS =
      List.of(LINK, LINK_TO_FOLDER, DANGLING, PIPE, SOCKET, FOLDER, SECOND_NAME, DEVICE, THEIRS);

  private Path victim;
  private final List<String> tried = new ArrayList<>();

  @BeforeEach
  void aVictim() throws Exception {
    installed();
    release("0.2.0");
    Path folder = Files.createDirectory(temp.toRealPath().resolve("victims"));
    victim = Files.writeString(folder.resolve("file"), "the secret of root");
    set("chmod 700 '" + folder + "'; chmod 600 'VICTIM'", "");
  }

  @ConcurrentTest
  void ourFolders() throws Exception {
    for (String place : List.of(SUPPORT, SUPPORT + "/releases", LOGS, STATE)) {
      refused(place, FOLDER_ATTACKS);
    }
  }

  @ConcurrentTest
  void theFoldersAboveOurs() throws Exception {
    for (String place :
        List.of(
            "", "Library", SUPPORT + "/..", LOGS + "/..", STATE + "/..", JOB + "/..", "private")) {
      refused(place, Owner.current().isRoot() ? List.of(FOREIGN, OPEN) : List.of());
    }
  }

  @ConcurrentTest
  void filesThatStay() throws Exception {
    List<String> attacks = List.of(LINK, LINK_TO_FOLDER, DANGLING, PIPE, SOCKET, FOLDER, DEVICE);
    for (String place : List.of(JOB, SUPPORT + "/secret", SUPPORT + "/config.json")) {
      refused(place, attacks);
    }
    refused(SUPPORT + "/current", List.of(LINK, LINK_TO_FOLDER, DANGLING, SOCKET, FOLDER));
    refused(SUPPORT + "/status.json", List.of(PIPE, SOCKET, FOLDER, DEVICE));
  }

  @ConcurrentTest
  void logsThatLaunchdAndJavaWriteTo() throws Exception {
    if (Owner.current().isRoot()) {
      refused(LOGS + "/launchd.log", FILE_ATTACKS.stream().filter(a -> !a.equals(FOLDER)).toList());
      refused(LOGS + "/java-crash.log", List.of(LINK, SECOND_NAME));
      refused(LOGS + "/agent.log", List.of(LINK, PIPE, THEIRS));
    }
  }

  /** What is only in the way of a new file is removed, and what others could change is replaced. */
  @ConcurrentTest
  void whatIsInTheWay() throws Exception {
    for (String place :
        List.of(
            JOB + ".new",
            SUPPORT + "/.current.new",
            SUPPORT + "/releases/.new",
            STATE + "/stop-cause")) {
      mended(place, List.of(LINK, LINK_TO_FOLDER, PIPE, SOCKET, FOLDER, SECOND_NAME));
    }
    mended(NEXT, List.of(LINK, LINK_TO_FOLDER, DANGLING, PIPE, SOCKET, FOLDER));
  }

  @ConcurrentTest
  void theReleaseThatRuns() throws Exception {
    mended(RELEASE + "/java-home", List.of(PIPE));
    mended(RELEASE + "/classes.jsa", List.of(LINK, PIPE, SECOND_NAME));
    release("0.1.0");
    mended(RELEASE + "/lib/a library.jar", List.of(THEIRS, OPEN));
    mended(RELEASE + "/bin/kextwatch", List.of(THEIRS, OPEN, PIPE));
    mended(RELEASE + "/classes.jsa", List.of(SECOND_NAME, THEIRS));
  }

  /** Their launcher would run as root, when an install asks whether it is there already. */
  @ConcurrentTest
  void aLauncherOfTheirsIsNotRun() throws Exception {
    Path ran = temp.toRealPath().resolve("ran");
    Path launcher = mac.resolve(RELEASE + "/bin/kextwatch");
    Script.write(launcher, "echo ran >'" + ran + "'");
    set(Owner.current().isRoot() ? FOREIGN : OPEN, RELEASE + "/bin/kextwatch");
    assertFailed(70, "others can change this release, so it is not run", install("--status"));
    release("0.1.0");
    assertEquals(0, install("--dry-run").exit());
    assertFalse(Files.exists(ran));
    assertDone(install("--no-start"));
    assertFalse(Files.exists(ran));
  }

  /**
   * A shell drops a line break at the end, a terminal shows some characters as nothing, and a Mac's
   * volume takes no notice of case and of how accents are composed; here names are told apart.
   */
  @ConcurrentTest
  void namesThatLookLikeOurs() throws Exception {
    String link =
        "cp -Rp 'PLACE/releases/0.1.0' 'PLACE/releases/NAME' && rm 'PLACE/current'"
            + " && ln -s 'releases/NAME' 'PLACE/current'";
    for (String name :
        List.of(
            "0.1.0\n",
            "0.1.0\n\n",
            "0.1.0 ",
            "0.1.0\u200b",
            "\u202e0.1.0",
            "0.1.0\u001b[2K",
            "\uff10.1.0",
            "caf\u00e9",
            "cafe\u0301")) {
      refused(SUPPORT, List.of(link.replace("NAME", name)));
    }
    for (String target :
        List.of("Releases/0.1.0", "RELEASES/0.1.0", "releases/", "releases//0.1.0")) {
      refused(SUPPORT, List.of("rm 'PLACE/current'; ln -s '" + target + "' 'PLACE/current'"));
    }
    if (Owner.current().isRoot()) {
      for (String name : List.of("x\nRun: sudo sh evil", "\u202egol.tnega", "\u001b[2Kagent.log")) {
        refused(
            LOGS, List.of("echo >'PLACE/NAME'; chown 65534 'PLACE/NAME'".replace("NAME", name)));
      }
    }
  }

  /** The release that a shell would look at is not the one that the link leads to. */
  @ConcurrentTest
  void aReleaseWhoseNameEndsWithALineBreakIsNotRun() throws Exception {
    set("cp -Rp 'PLACE/0.1.0' 'PLACE/0.1.0\n'; rm 'PLACE/../current'", SUPPORT + "/releases");
    Path ran = temp.toRealPath().resolve("ran");
    Path launcher = mac.resolve(SUPPORT + "/releases/0.1.0\n/bin/kextwatch");
    Script.write(launcher, "echo ran >'" + ran + "'");
    HostileUser.give(launcher);
    set("ln -s 'releases/0.1.0\n' 'PLACE/current'", SUPPORT);
    for (String option : List.of("--status", "--dry-run", "--no-start")) {
      assertFailed(70, "leads to releases/0.1.0?, which is no release", install(option));
    }
    assertFalse(Files.exists(ran));
  }

  private void refused(String path, List<String> attacks) throws Exception {
    for (String attack : attacks) {
      Ended ended = attacked(path, attack, 16);
      if (ended != null) {
        String name = mac.resolve(path).normalize().toString();
        assertTrue(ended.exit() == 70 || ended.exit() == 78, attack + path + ended);
        assertTrue(ended.err().contains(name), attack + path + ended);
        assertTrue(ended.err().matches("[\\n -~]*"), ended::err); // nothing that steers a terminal
        assertFalse(ended.err().contains("\nRun: sudo sh evil"), ended::err);
        assertTrue(
            ended.err().matches("(?s).*(Remove|remove|Run: |give one|Correct).*"), ended::err);
      }
    }
  }

  private void mended(String path, List<String> attacks) throws Exception {
    for (String attack : attacks) {
      Ended ended = attacked(path, attack, 24);
      if (ended != null) {
        assertEquals(0, ended.exit(), attack + path + ended);
      }
    }
  }

  /** Null where this is not tried: all of it in every shell is for the long form of the tests. */
  private Ended attacked(String path, String attack, int oneIn) throws Exception {
    tried.add(path + attack);
    int step = shell.equals("dash") ? oneIn / 8 : oneIn;
    boolean every = Script.isLong();
    boolean can = Owner.current().isRoot() || !attack.matches("(?s).*(chown|mknod).*");
    if (!can || !(every || tried.size() % step == 0)) {
      return null;
    }
    set("cp -Rp 'MAC' 'VICTIM.before'", path);
    set(attack, path);
    Ended ended = install("--no-start", "--java", runtime);
    assertEquals("the secret of root", Files.readString(victim), attack + path);
    assertEquals("rw-------", mode(victim), attack + path);
    assertEquals("rwx------", mode(victim.getParent()), attack + path);
    assertTrue(Owner.of(victim).isTrusted());
    assertFalse(ended.toString().contains("the secret of root"), ended::toString);
    assertFalse(Files.exists(Path.of(victim + ".none"), LinkOption.NOFOLLOW_LINKS));
    assertEquals(
        List.of("file", "file.before"),
        List.of(victim.getParent().toFile().list()).stream().sorted().toList(),
        attack + path);
    set("rm -rf 'MAC'; mv 'VICTIM.before' 'MAC'", path);
    return ended;
  }

  private void set(String attack, String path) throws Exception {
    String command =
        attack
            .replace("PLACE", mac.resolve(path).normalize().toString())
            .replace("VICTIM", victim.toString())
            .replace("MAC", mac.toString());
    Map<String, String> tools = Map.of("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    assertEquals(new Ended(0, "", ""), Script.run(temp, tools, "sh", "-c", command), command);
  }
}
