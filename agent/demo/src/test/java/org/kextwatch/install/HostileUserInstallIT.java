package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.doctor.HostileUser;
import org.kextwatch.agent.mac.Owner;

/** Another user exchanges files and folders beside an install, as fast as possible. */
class HostileUserInstallIT extends InstalledMac {
  private static final int INSTALLS = Integer.getInteger("kextwatch.installs", 2);

  /** In turn: a link to a folder of root's, nothing, a folder of theirs, nothing. */
  private static final String MAKE_FOLDER =
      "sub nap { select undef, undef, undef, rand 0.1; }"
          + " symlink $ARGV[1], $ARGV[0]; nap(); unlink $ARGV[0]; nap();"
          + " mkdir $ARGV[0]; nap(); rmdir $ARGV[0]; nap();";

  private static final String TURN_LINK =
      "for (@ARGV[1..$#ARGV]) { symlink $_, \"$ARGV[0].x\"; rename \"$ARGV[0].x\", $ARGV[0]; }"
          + " unlink $ARGV[0];";

  private Path victim;

  @BeforeEach
  void aVictim() throws Exception {
    Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
    Path folder = Files.createDirectory(temp.toRealPath().resolve("victims"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    victim = Files.writeString(folder.resolve("file"), "the secret of root");
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rw-------"));
  }

  /** Everybody may make a folder in a sticky one, but not replace that of root. */
  @ConcurrentTest
  void theFolderOfTheLogsInOneThatIsOpenToAll() throws Exception {
    Path logs = mac.resolve("Library/Logs/Kextwatch");
    Files.createDirectories(logs.getParent());
    Files.setAttribute(logs.getParent(), "unix:mode", 01777);
    try (HostileUser eve = HostileUser.who(MAKE_FOLDER, logs, victim.getParent())) {
      for (int i = 0; i < INSTALLS; i++) {
        Ended ended = install("--no-start", "--java", runtime);
        if (ended.exit() == 0) {
          assertTrue(Files.isDirectory(logs, LinkOption.NOFOLLOW_LINKS));
          assertTrue(Owner.of(logs).isTrusted());
          assertEquals("rwxr-x---", mode(logs));
          remove(mac.resolve("Library"), logs.getParent());
        } else {
          assertTrue(ended.err().contains(logs.toString()), ended::err);
        }
        nothingWasTouched();
      }
      assertTrue(eve.isAtWork());
    }
  }

  private void remove(Path folder, Path open) throws Exception {
    Map<String, String> tools = Map.of("PATH", "/usr/bin:/bin");
    String command = "rm -rf '%s'; mkdir -p '%s'; chmod 1777 '%s'".formatted(folder, open, open);
    Script.run(temp, tools, "sh", "-c", command);
  }

  /** As Homebrew has it on Macs with Intel. */
  @ConcurrentTest
  void theFolderOfTheCommand() throws Exception {
    Path command = mac.resolve("usr/local/bin/kextwatch");
    Files.createDirectories(command.getParent());
    HostileUser.give(command.getParent());
    if (!Owner.current().isRoot()) {
      Files.setPosixFilePermissions(
          command.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    Path own = mac.resolve("Library/Application Support/Kextwatch/current/bin/kextwatch");
    try (HostileUser eve = HostileUser.who(TURN_LINK, command, victim, own)) {
      for (int i = 0; i < INSTALLS; i++) {
        assertDone(install("--no-start", "--java", runtime));
        assertDone(install("--uninstall", "--no-start", "--purge"));
        nothingWasTouched();
      }
      assertTrue(eve.isAtWork());
    }
    Files.deleteIfExists(command);
    assertDone(install("--no-start", "--java", runtime));
    assertFalse(Files.exists(command, LinkOption.NOFOLLOW_LINKS));
  }

  private void nothingWasTouched() throws Exception {
    assertEquals("the secret of root", Files.readString(victim));
    assertEquals("rw-------", mode(victim));
    assertEquals("rwx------", mode(victim.getParent()));
    assertEquals(1, victim.getParent().toFile().list().length);
  }
}
