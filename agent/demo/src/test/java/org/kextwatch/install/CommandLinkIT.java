package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The link in /usr/local/bin, in every shell. */
class CommandLinkIT extends InstalledMac {
  private Path folder() throws IOException {
    Path made = Files.createDirectories(mac.resolve("usr/local/bin"));
    for (Path place : List.of(made, made.getParent(), made.getParent().getParent(), mac)) {
      open(place, "rwxr-xr-x");
    }
    return made;
  }

  private static void open(Path place, String mode) throws IOException {
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString(mode));
  }

  private boolean isThere() {
    return Files.exists(mac.resolve("usr/local/bin/kextwatch"), LinkOption.NOFOLLOW_LINKS);
  }

  @ConcurrentTest
  void aFolderOfRootGetsItUntilTheRemoval() throws Exception {
    Path link = folder().resolve("kextwatch");
    Ended plan = install("--dry-run", "--java", runtime, "--no-start");
    assertTrue(plan.out().contains("would link " + link + " to it\n"), plan::out);
    assertFalse(isThere());
    assertDone(install("--java", runtime, "--no-start"));
    assertEquals(support.resolve("current/bin/kextwatch"), Files.readSymbolicLink(link));
    Ended version = Script.run(temp, environment, shell, link, "version");
    assertEquals(new Ended(0, "kextwatch played\n", ""), version);

    Files.delete(link);
    Ended again = install("--no-start");
    assertTrue(again.err().contains("nothing is changed"), again::err);
    assertTrue(isThere());
    Ended removal = install("--uninstall", "--dry-run");
    assertTrue(removal.out().contains("would remove " + link + "\n"), removal::out);
    assertDone(install("--uninstall", "--no-start"));
    assertFalse(isThere());
  }

  @ConcurrentTest
  void aFolderThatOthersCanChangeGetsNone() throws Exception {
    Path folder = folder();
    assertDone(install("--java", runtime, "--no-start"));
    for (Path place : List.of(folder, folder.getParent(), folder.getParent().getParent())) {
      open(place, "rwxrwxr-x");
      Files.deleteIfExists(folder.resolve("kextwatch"));
      assertDone(install("--no-start"));
      assertFalse(isThere(), place::toString);
      open(place, "rwxr-xr-x");
    }
    Path real = putAside("ls");
    Script.write(
        bin.resolve("ls"),
        "'%s' \"$@\" | sed -E '/\\/bin$/s/^([^ ]*)([^ ]* +[^ ]+) [^ ]+/\\1\\2 501/'"
            .formatted(real));
    assertDone(install("--no-start"));
    assertFalse(isThere(), "it is of another user");
    Script.write(bin.resolve("ls"), "'%s' \"$@\" | sed 's/^[^ ]*/&+/'".formatted(real));
    assertDone(install("--no-start"));
    assertFalse(isThere(), "it has an access list");
  }

  @ConcurrentTest
  void aFolderThatIsALinkOrNotThereGetsNone() throws Exception {
    assertDone(install("--java", runtime, "--no-start"));
    assertFalse(Files.exists(mac.resolve("usr/local")));
    Path elsewhere = Files.createDirectories(mac.resolve("usr/elsewhere/bin"));
    Files.createSymbolicLink(mac.resolve("usr/local"), elsewhere.getParent());
    assertDone(install("--no-start"));
    assertFalse(isThere());
  }

  @ConcurrentTest
  void whatIsThereAlreadyStays() throws Exception {
    Path theirs = Files.writeString(folder().resolve("kextwatch"), "theirs");
    assertDone(install("--java", runtime, "--no-start"));
    assertDone(install("--uninstall", "--no-start"));
    assertEquals("theirs", Files.readString(theirs));
    Files.delete(theirs);
    Files.createSymbolicLink(theirs, Path.of("/nowhere"));
    assertDone(install("--java", runtime, "--no-start"));
    assertDone(install("--uninstall", "--no-start"));
    assertEquals(Path.of("/nowhere"), Files.readSymbolicLink(theirs));
  }

  @ConcurrentTest
  void inAFolderThatWasOpenedSinceItIsLeftAndTold() throws Exception {
    Path folder = folder();
    assertDone(install("--java", runtime, "--no-start"));
    open(folder, "rwxrwxrwx");
    Ended removal = install("--uninstall", "--no-start");
    assertDone(removal);
    assertTrue(removal.err().contains("left: " + folder + "/kextwatch, because"), removal::err);
    assertTrue(isThere());
  }
}
