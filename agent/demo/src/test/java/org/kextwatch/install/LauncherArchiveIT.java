package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script.Ended;

/** When the launcher gives Java the class-data archive, in every shell. */
class LauncherArchiveIT extends LaunchedProgram {
  private static final byte[] CONTENT = new byte[70_000];

  private Path archive;
  private Path jdk;

  @BeforeEach
  void makeAnArchive() throws Exception {
    jdk = java("runtime", "17.0.13", TELL);
    Files.createDirectories(jdk.resolve("lib/server"));
    Files.writeString(jdk.resolve("lib/server/libjvm.dylib"), "a library");
    Files.writeString(home.resolve("java-home"), jdk + "\n");
    archive = home.resolve("classes.jsa");
    Files.write(archive, CONTENT);
    Files.writeString(stamp(), succeed(":stamp", archive));
    assertUsed();
  }

  @Test
  void oneThatWasCutShortIsNot() throws Exception {
    for (int length : List.of(0, 1, 16_384, 69_999)) {
      Files.write(archive, Arrays.copyOf(CONTENT, length));
      assertNotUsed();
    }
    Files.write(archive, CONTENT);
    assertUsed();
  }

  @Test
  void oneWithAChangedHeaderIsNot() throws Exception {
    for (int at : List.of(0, 16_383)) {
      byte[] flipped = CONTENT.clone();
      flipped[at] ^= 1;
      Files.write(archive, flipped);
      assertNotUsed();
    }
  }

  @Test
  void oneOfAnotherJavaIsNot() throws Exception {
    Path release = jdk.resolve("release");
    String text = Files.readString(release);
    Files.writeString(release, text.replace("17.0.13", "17.0.14"));
    assertNotUsed();
    Files.writeString(release, text);
    assertUsed();
    Files.writeString(jdk.resolve("lib/server/libjvm.dylib"), "another library");
    assertNotUsed();
  }

  @Test
  void oneWithoutAStampIsNot() throws Exception {
    for (String content : List.of("", "1 2\n")) {
      Files.writeString(stamp(), content);
      assertNotUsed();
    }
    Files.delete(stamp());
    assertNotUsed();
  }

  @Test
  void withoutOneNothingIsSaid() throws Exception {
    Files.delete(archive);
    Files.delete(stamp());
    String out = succeed("run");
    assertFalse(out.contains("SharedArchiveFile"), out);
    assertTrue(out.contains("<-Dkextwatch.archive=none>\n"), out);
  }

  @Test
  void oneThatOthersCanChangeIsNotTrusted() throws Exception {
    for (Path file : List.of(archive, stamp())) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--rw-"));
      assertRefused("others can change this file, so it is not trusted: -rw-r--rw-");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      Path moved = Files.move(file, temp.resolve("moved"));
      Files.createSymbolicLink(file, moved);
      assertRefused(file + " is no plain file, so it is not followed");
      Files.delete(file);
      Files.move(moved, file);
    }
    assertUsed();
  }

  private Path stamp() throws IOException {
    return archive.resolveSibling("classes.jsa.stamp");
  }

  private void assertUsed() throws Exception {
    for (String command : List.of("run", "status")) {
      String out = succeed(command);
      assertTrue(out.contains("<-XX:SharedArchiveFile=" + archive + ">\n"), out);
      assertTrue(out.contains("<-Dkextwatch.archive=given>\n"), out);
    }
  }

  /** The daemon starts all the same. Only it says so: install.sh asks "status" for complaints. */
  private void assertNotUsed() throws Exception {
    Ended ended = run("--root", "/a", "run");
    assertEquals(0, ended.exit(), ended::toString);
    assertFalse(ended.out().contains("SharedArchiveFile"), ended::out);
    assertTrue(ended.out().contains("<-Dkextwatch.archive=refused>\n"), ended::out);
    assertEquals(
        "kextwatch: "
            + archive
            + " is damaged or was made by another Java, so it is not used, and more memory is"
            + " needed. To make it again: sudo ./install.sh\n",
        ended.err());
    assertFalse(succeed("status").contains("SharedArchiveFile"));
  }
}
