package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.doctor.HostileUser;
import org.tinylog.Level;
import org.tinylog.core.LogEntry;

/** Another user exchanges files and folders while they are written, as fast as possible. */
class HostileWritesIT {
  private static final int TRIES = Integer.getInteger("kextwatch.tries", 300);

  /** In turn: the folder of root, nothing, a link to another folder of root, a folder of theirs. */
  private static final String EXCHANGE_FOLDER =
      "rename $ARGV[0], $ARGV[1]; symlink $ARGV[2], $ARGV[0]; unlink $ARGV[0];"
          + " rename $ARGV[3], $ARGV[0]; rename $ARGV[0], $ARGV[3]; rename $ARGV[1], $ARGV[0];";

  /** As soon as root has made it: a link in its place, or a second name of root's other file. */
  private static final String EXCHANGE_FILE =
      "if (rename $ARGV[0], $ARGV[1]) { symlink $ARGV[2], $ARGV[0]; unlink $ARGV[0]; }"
          + " if (rename $ARGV[0], $ARGV[1]) { rename $ARGV[3], $ARGV[0];"
          + " rename $ARGV[0], $ARGV[3]; }";

  @TempDir private Path folder;

  private Path victims;
  private Path victim;
  private Path theirs;

  @BeforeEach
  void anotherUser() throws IOException {
    mode(folder, "rwx--x--x");
    victims = Files.createDirectory(folder.resolve("victims"));
    mode(victims, "rwx------");
    victim = Files.writeString(victims.resolve("file"), "the secret of root\n");
    mode(victim, "rw-r-----");
    theirs = Files.createDirectory(folder.resolve("theirs"));
    mode(theirs, "rwxr-xr-x");
    HostileUser.give(theirs);
  }

  @AfterEach
  void nothingOfRootWasTouched() throws IOException {
    assertEquals("the secret of root\n", Files.readString(victim));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(victim)));
    assertArrayEquals(new String[] {"file"}, victims.toFile().list());
  }

  /** As /Library/Logs is, where more than root may write in it. */
  @Test
  void theFolderOfTheLog() throws Exception {
    Path logs = rootsFolder();
    Path evil = evilFolder("agent.log");
    RollingLog log = log(logs);
    Path aside = theirs.resolve("aside");
    try (HostileUser eve = HostileUser.who(EXCHANGE_FOLDER, logs, aside, victims, evil)) {
      for (int i = 0; i < TRIES; i++) {
        log.write(line("line " + i));
        log.close(); // or the file that is open would be written to, whatever has its name
      }
      assertTrue(eve.isAtWork());
    }
    back(logs, aside);
    log.write(line("last"));
    log.close();
    assertTrue(Files.readString(logs.resolve("agent.log")).endsWith("last\n"));
  }

  @Test
  void theFolderOfTheLogsThatSupportGets() throws Exception {
    Path logs = rootsFolder();
    Path good = Files.writeString(logs.resolve("agent.log"), "root's\n");
    Path evil = evilFolder("agent.log");
    Path aside = theirs.resolve("aside");
    try (HostileUser eve = HostileUser.who(EXCHANGE_FOLDER, logs, aside, victims, evil)) {
      int seen = 0;
      for (int i = 0; i < TRIES || seen == 0; i++) {
        String read = end(good);
        assertFalse(read.contains("secret"), read);
        seen += read.equals("root's\n") ? 1 : 0;
      }
      assertTrue(eve.isAtWork());
    }
  }

  /** The support archive, in a folder that somebody else owns. */
  @Test
  void aPrivateFileInTheirFolder() throws Exception {
    Path file = theirs.resolve("support.zip");
    Path second = Files.createLink(theirs.resolve("second"), victim);
    Path aside = theirs.resolve("aside");
    try (HostileUser eve = HostileUser.who(EXCHANGE_FILE, file, aside, victim, second)) {
      for (int i = 0; i < TRIES; i++) {
        create(file);
      }
      assertTrue(eve.isAtWork());
    }
  }

  private static void create(Path file) {
    try {
      new Disk().create(file, new byte[] {'x'}, Disk.PRIVATE);
    } catch (IOException e) {
      // something has that name
    }
  }

  private static String end(Path file) {
    try {
      return new String(TrustedFile.readEnd(file, 1000), StandardCharsets.UTF_8);
    } catch (IOException | RefusedPathException e) {
      return "";
    }
  }

  private Path rootsFolder() throws IOException {
    Path roots = Files.createDirectory(theirs.resolve("Kextwatch"));
    mode(roots, "rwxr-x---");
    return roots;
  }

  /** On a Mac anybody can give a file of root's a second name. */
  private Path evilFolder(String name) throws IOException {
    Path evil = Files.createDirectory(theirs.resolve("evil"));
    Files.createLink(evil.resolve(name), victim);
    HostileUser.give(evil);
    mode(evil, "rwxrwxrwx"); // for tests that do not run as root, where they and we are one
    return evil;
  }

  /** Where they were stopped, in the middle of it. */
  private static void back(Path logs, Path aside) throws IOException {
    if (Files.exists(aside, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(logs, LinkOption.NOFOLLOW_LINKS)) {
        Files.move(logs, logs.resolveSibling("left"));
      }
      Files.move(aside, logs);
    }
  }

  private static RollingLog log(Path logs) throws IOException {
    return new RollingLog(
        Map.of(
            "file", logs + "/agent.log", "bytes", "2000", "backups", "2", "format", "{message}"));
  }

  private static LogEntry line(String text) {
    return new LogEntry(null, null, null, null, null, null, 0, null, Level.INFO, text, null);
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }
}
