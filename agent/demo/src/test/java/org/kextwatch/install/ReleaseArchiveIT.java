package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The release archive with a Java in it, made by JDKs that are played. */
class ReleaseArchiveIT extends ArchiveOfARelease {
  private static final Instant RELEASED = Instant.parse("2026-11-26T00:00:00Z");

  @BeforeEach
  void unpackAnArchive() throws IOException {
    archive = unpack("an archive");
  }

  private Path unpack(String name) throws IOException {
    Path unpacked = unpack(name, "0.1.0");
    Files.setLastModifiedTime(unpacked.resolve("install.sh"), FileTime.from(RELEASED));
    return unpacked;
  }

  static Stream<List<Object>> libraries() {
    int build = PlayedJdk.BUILD_VERSION;
    int old = PlayedJdk.VERSION_MIN_MACOSX;
    return Stream.of(
        List.of("arm64", "11.0", PlayedJdk.library(PlayedJdk.ARM64, build, 11, 0, 0)),
        List.of("x86_64", "10.12", PlayedJdk.library(PlayedJdk.X86_64, old, 10, 12, 0)),
        List.of("x86_64", "10.15.4", PlayedJdk.library(PlayedJdk.X86_64, build, 10, 15, 4)),
        List.of("arm64", "", PlayedJdk.elf(183)),
        List.of("x86_64", "", PlayedJdk.elf(62)));
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void theLibraryTellsForWhichMacsItIs(List<Object> row) throws Exception {
    release("dash", "--runtime", jdk("jdk", "25.0.1", (byte[]) row.get(2)).home);
    Path image = unpacked().resolve("runtime/" + row.get(0));
    Path minimum = image.resolve("minimum-macos");
    assertEquals(row.get(1), Files.exists(minimum) ? Files.readString(minimum).strip() : "");
  }

  static Stream<byte[]> oddLibraries() {
    byte[] good = PlayedJdk.library(PlayedJdk.ARM64, PlayedJdk.BUILD_VERSION, 11, 0, 0);
    byte[] endless = good.clone();
    endless[32 + 4] = 0;
    byte[] fat = good.clone();
    fat[0] = (byte) 0xca;
    return Stream.of(
        new byte[0],
        Arrays.copyOf(good, 60),
        endless,
        fat,
        PlayedJdk.header(PlayedJdk.ARM64, PlayedJdk.BUILD_VERSION, 2, 0xb0000, 0xb0000, 0), // iOS
        PlayedJdk.header(PlayedJdk.ARM64, 0x1d, 0, 0),
        PlayedJdk.library(0x12, PlayedJdk.BUILD_VERSION, 11, 0, 0), // PowerPC
        PlayedJdk.elf(3));
  }

  @ParameterizedTest
  @MethodSource("oddLibraries")
  void aLibraryThatDoesNotTellIsRefused(byte[] library) throws Exception {
    Ended ended = run("dash", "--runtime", jdk("jdk", "25.0.1", library).home);
    assertEquals(70, ended.exit(), ended::toString);
    assertTrue(ended.err().contains("for which Macs it is cannot be told"), ended::err);
    assertFalse(Files.exists(archive.resolve("target/kextwatch-0.1.0.tar.gz")));
  }

  @Test
  void theHigherOfTwoStatementsCounts() throws Exception {
    PlayedJdk jdk = mac("jdk/Contents/Home", "25.0.1", PlayedJdk.X86_64);
    for (String stated : List.of("10.9", "12.0")) {
      Files.writeString(
          folder.resolve("jdk/Contents/Info.plist"),
          "<plist><dict><key>JVMMinimumSystemVersion</key><string>%s</string></dict></plist>"
              .formatted(stated));
      release("dash", "--runtime", folder.resolve("jdk"));
      assertEquals(
          stated.equals("12.0") ? "12.0\n" : "11.0\n",
          Files.readString(unpacked().resolve("runtime/x86_64/minimum-macos")));
    }
    String asked = jdk.asked();
    assertTrue(
        asked.contains(
            "--add-modules java.base,java.logging,java.management,java.xml,jdk.crypto.ec,"
                + "jdk.httpserver"),
        asked);
  }

  /** Its files keep their modes and its licences their links. */
  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void itHasAJavaForEachArchitecture(String shell) throws Exception {
    Path intel = mac("an intel jdk", "17.0.13", PlayedJdk.X86_64).home;
    PlayedJdk arm = mac("an arm jdk", "25.0.1", PlayedJdk.ARM64);
    useJlinkOf(intel);
    Ended ended = release(shell, "--runtime", intel, "--jmods", arm.home.resolve("jmods"));
    assertTrue(ended.err().contains("runtime/x86_64: Java 17.0.13, 0."), ended::err);
    assertTrue(ended.err().contains(" MiB, macOS 11.0 or later"), ended::err);
    Map<String, String> found = contents(unpacked());
    for (String image : List.of("runtime/x86_64", "runtime/arm64")) {
      String version = image.equals("runtime/arm64") ? "25.0.1" : "17.0.13";
      assertEquals("rw-r--r-- modules of " + version, found.get(image + "/lib/modules"));
      assertEquals("rwxr-xr-x #!/bin/sh\n\n", found.get(image + "/lib/jspawnhelper"));
      assertEquals("-> ../java.base/LICENSE", found.get(image + "/legal/java.xml/LICENSE"));
      assertEquals("rw-r--r-- whose it is", found.get(image + "/NOTICE"));
      assertTrue(found.get(image + "/release").contains("IMPLEMENTOR=\"x\"\n"), image);
    }
    assertEquals("rwxr-xr-x #!/bin/sh\nexit 0\n", found.get("dist/bin/kextwatch"));
  }

  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void twoBuildsHaveTheSameBytes(String shell) throws Exception {
    Path jdk = mac("jdk", "25.0.1", PlayedJdk.ARM64).home;
    release("dash", "--runtime", jdk);
    byte[] first = Files.readAllBytes(packed());
    archive = unpack("another archive");
    Path launcher = archive.resolve("dist/bin/kextwatch");
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    Files.setLastModifiedTime(launcher, FileTime.from(RELEASED.plusSeconds(99)));
    release(shell, "--runtime", jdk);
    assertArrayEquals(first, Files.readAllBytes(packed()));
  }

  /** A security update of Java needs no new version of Kextwatch. */
  @Test
  void anotherJavaChangesItsOwnFolderAlone() throws Exception {
    release("dash", "--runtime", mac("old jdk", "25.0.1", PlayedJdk.ARM64).home);
    Map<String, String> before = contents(unpacked());
    archive = folder.resolve("unpacked/kextwatch-0.1.0"); // which makes the next one
    release("dash", "--runtime", mac("new jdk", "25.0.2", PlayedJdk.ARM64).home);
    Map<String, String> after = contents(unpacked());
    assertEquals(before.keySet(), after.keySet());
    List<String> changed =
        after.keySet().stream().filter(file -> !after.get(file).equals(before.get(file))).toList();
    assertEquals(
        List.of("runtime/arm64/bin/java", "runtime/arm64/lib/modules", "runtime/arm64/release"),
        changed);
  }

  @Test
  void withoutAJavaTheArchiveHasNone() throws Exception {
    release("dash", "--runtime", mac("jdk", "25.0.1", PlayedJdk.ARM64).home);
    archive = unpacked();
    release("dash");
    assertFalse(Files.exists(unpacked().resolve("runtime")));
  }

  @Test
  void whatCannotBeLinkedIsRefused() throws Exception {
    Path jdk = mac("jdk", "25.0.1", PlayedJdk.ARM64).home;
    assertRefused(64, "--runtime needs a value", "--runtime");
    assertRefused(64, "unknown option for --release: --java", "--java", jdk);
    assertRefused(64, "there is no Java in " + folder, "--runtime", folder);
    assertRefused(64, "there is no java.base.jmod in " + jdk, "--jmods", jdk);
    String twice = "two of the given Javas are for arm64";
    assertRefused(70, twice, "--runtime", jdk, "--runtime", jdk);
    useJlinkOf(jdk);
    Files.delete(jdk.resolve("jmods/java.base.jmod"));
    Files.delete(jdk.resolve("jmods"));
    assertRefused(
        69, "does not run here, and there is no " + jdk.resolve("jmods"), "--runtime", jdk);
    Path broken = mac("broken", "25.0.1", PlayedJdk.ARM64).home;
    Script.write(broken.resolve("bin/jlink"), "[ \"$1\" = --version ] || { echo why; exit 1; }");
    assertRefused(70, "It must be of the same version as what it links", "--runtime", broken);
  }

  /** A JDK of another system: only its jmods can be used, with the jlink of JAVA_HOME. */
  private void useJlinkOf(Path foreign) throws IOException {
    Script.write(foreign.resolve("bin/jlink"), "exit 126");
    Path own = mac("own jdk", "17.0.13", PlayedJdk.X86_64).home;
    environment.put("JAVA_HOME", own.toString());
  }

  private PlayedJdk jdk(String name, String version, byte[] library) throws IOException {
    return new PlayedJdk(folder.resolve(name), version, library);
  }

  private Ended release(String shell, Object... options) throws Exception {
    Ended ended = run(shell, options);
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().contains(" MiB: " + packed()), ended::err);
    return ended;
  }

  private void assertRefused(int exit, String why, Object... options) throws Exception {
    Ended ended = run("dash", options);
    assertEquals(exit, ended.exit(), ended::toString);
    assertTrue(ended.err().contains(why), ended::err);
  }

  private Path packed() {
    return archive.resolve("target/kextwatch-0.1.0.tar.gz");
  }

  private Path unpacked() throws Exception {
    Path to = Files.createDirectories(folder.resolve("unpacked"));
    Script.run(to, environment, "rm", "-rf", to.resolve("kextwatch-0.1.0/runtime"));
    assertEquals(0, Script.run(to, environment, "tar", "-xpzf", packed()).exit());
    return to.resolve("kextwatch-0.1.0");
  }

  /** Each file with its mode and content, or the target of a link. */
  private static Map<String, String> contents(Path unpacked) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(unpacked)) {
      for (Path file : files.filter(f -> !Files.isDirectory(f)).toList()) {
        found.put(
            unpacked.relativize(file).toString(),
            Files.isSymbolicLink(file)
                ? "-> " + Files.readSymbolicLink(file)
                : InstalledMac.mode(file)
                    + " "
                    + Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    found.keySet().removeIf(file -> file.startsWith("target/"));
    return found;
  }
}
