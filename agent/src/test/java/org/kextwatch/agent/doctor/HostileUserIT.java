package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.TrustedFile;
import org.kextwatch.simulator.SimulatedMac;

/** Another user exchanges files and folders while they are looked at and used. */
class HostileUserIT {
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final int TRIES = Integer.getInteger("kextwatch.tries", 300);

  /** Names one thing, then the other, in one step each. */
  private static final String TURN_LINK =
      "for (@ARGV[1..$#ARGV]) { symlink $_, \"$ARGV[0].x\"; rename \"$ARGV[0].x\", $ARGV[0]; }";

  /** For an instant there is nothing of that name. */
  private static final String EXCHANGE =
      "rename $ARGV[0], $ARGV[2]; rename $ARGV[1], $ARGV[0];"
          + " rename $ARGV[0], $ARGV[1]; rename $ARGV[2], $ARGV[0];";

  @TempDir private Path folder;

  private SimulatedMac mac;
  private SystemRoot root;
  private Path victim;
  private Path theirs;

  @BeforeEach
  void aMacWithAnotherUser() throws Exception {
    mode(folder, "rwx--x--x");
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of(), SECRET);
    root = SystemRoot.at(mac.root());
    victim = Files.writeString(folder.resolve("victim"), "the secret of root");
    mode(victim, "rw-------");
    theirs = Files.createDirectories(mac.path("/Users/eve"));
    for (Path open = theirs; !open.equals(folder); open = open.getParent()) {
      mode(open, "rwxr-xr-x");
    }
    HostileUser.give(theirs);
  }

  @AfterEach
  void nothingOfRootWasTouched() throws IOException {
    assertEquals("the secret of root", Files.readString(victim));
    assertEquals("rw-------", mode(victim));
    assertTrue(Owner.of(victim).isTrusted());
  }

  @Test
  void aFileInTheirFolderIsNeverRead() throws Exception {
    Path file = theirs.resolve("ca.pem");
    Path own = Files.writeString(theirs.resolve("own"), "theirs");
    HostileUser.give(own);
    try (HostileUser eve = HostileUser.who(TURN_LINK, file, victim, own)) {
      // Where the link leads to root's own file that is read: root has named the link.
      Set<String> seen = readings(file, Set.of("the secret of root", ""));
      assertFalse(Owner.current().isRoot() && seen.contains("theirs"));
      assertTrue(eve.isAtWork());
    }
  }

  @Test
  void aFolderOfRootThatTheyExchangeIsNeverTakenForAnother() throws Exception {
    Path roots = Files.createDirectory(theirs.resolve("kextwatch"));
    mode(roots, "rwxr-xr-x");
    Path good = Files.writeString(roots.resolve("ca.pem"), "root's");
    mode(good, "rw-r--r--");
    Path evil = Files.createDirectory(theirs.resolve("evil"));
    Path bad = Files.writeString(evil.resolve("ca.pem"), "theirs");
    HostileUser.give(evil);
    HostileUser.give(bad);
    try (HostileUser eve = HostileUser.who(EXCHANGE, roots, evil, theirs.resolve("between"))) {
      Set<String> seen = readings(good, Set.of("root's", ""));
      assertFalse(Owner.current().isRoot() && seen.contains("theirs"));
      assertTrue(eve.isAtWork());
    }
  }

  @Test
  void anArchiveInAFolderOfAllIsNeverWrittenElsewhere() throws Exception {
    Path open = Files.createDirectory(mac.path("/open"));
    mode(open, "rwxrwxrwx");
    Files.setAttribute(open, "unix:mode", 01777);
    Path file = open.resolve("support.zip");
    String deeds =
        "symlink $ARGV[1], $ARGV[0]; unlink $ARGV[0]; link $ARGV[2], $ARGV[0]; unlink $ARGV[0];"
            + " mkdir $ARGV[0]; rmdir $ARGV[0];";
    Path own = Files.writeString(theirs.resolve("own"), "theirs");
    HostileUser.give(own);
    try (HostileUser eve = HostileUser.who(deeds, file, victim, own)) {
      SupportArchive archive = SupportArchive.of(root, true);
      for (int i = 0; i < 20; i++) {
        try {
          archive.write(file);
          assertEquals("rw-------", mode(file));
          Files.delete(file);
        } catch (FileAlreadyExistsException e) {
          // as it should be
        } catch (IOException e) {
          assertFalse(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS), e.toString());
        }
      }
      assertTrue(eve.isAtWork());
    }
    assertEquals("theirs", Files.readString(own));
  }

  @Test
  void aLinkToDefenderThatTheyTurnRunsNothingOfTheirs() throws Exception {
    Path link = mac.path("/usr/local/bin/mdatp");
    Path real = link.toRealPath();
    Path evil = Files.writeString(theirs.resolve("mdatp"), "#!/bin/sh\n:>'" + theirs + "/ran'\n");
    mode(evil, "rwxr-xr-x");
    HostileUser.give(evil);
    HostileUser.give(link.getParent());
    try (HostileUser eve = HostileUser.who(TURN_LINK, link, evil, real)) {
      for (int i = 0; i < 6; i++) {
        Check.run(root, false, false);
      }
      assertTrue(eve.isAtWork());
    }
    assertFalse(Owner.current().isRoot() && Files.exists(theirs.resolve("ran")));
  }

  /** What is read, "" for a refusal, in many tries, until each of these has been seen. */
  private static Set<String> readings(Path file, Set<String> expected) {
    Set<String> seen = new HashSet<>();
    Patience.until(
        () -> {
          for (int i = 0; i < TRIES; i++) {
            seen.add(read(file));
          }
          return seen.containsAll(expected);
        });
    return seen;
  }

  private static String read(Path file) {
    try {
      return new String(TrustedFile.read(file, 1000), StandardCharsets.UTF_8);
    } catch (IOException | RefusedPathException e) {
      return "";
    }
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
