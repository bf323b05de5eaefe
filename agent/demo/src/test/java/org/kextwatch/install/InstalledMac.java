package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.OwnFolder;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * A release archive and a folder that is a Mac with a real supervisor, for install.sh in one shell
 * with tools that know no more than a Mac's, and in every shell in the long form of the tests. A
 * Java that only plays the program runs it, by the real launcher.
 */
@ParameterizedClass
@MethodSource("shells")
abstract class InstalledMac {
  static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  static final String LABEL = "org.kextwatch.agent";

  /** What a jar without a comment ends with. */
  static final String END_OF_JAR = "PK\5\6" + "\0".repeat(18);

  static final String BOOT = "3F9A9E9C-0C2C-4E6C-8F66-0A1B2C3D4E5F";

  /** The ps of a Mac, as far as install.sh asks it; /proc knows the starts of all processes. */
  private static final String STARTS =
      """
      [ "$1 $2 $3" = '-o lstart= -p' ] || exit 1
      [ -d /proc ] || exec /bin/ps "$@"
      exec sed -E 's/.*\\) ([^ ]+ ){19}([0-9]+) .*/tick \\2/' "/proc/$4/stat"
      """;

  /** A second of the simulated Mac, unless nothing more comes, so that nobody has to wait. */
  private static final Duration SECOND = Duration.ofMillis(60);

  /** For each shell the packed files of a Mac that it has installed the program on. */
  private static final Map<String, Path> INSTALLED = new ConcurrentHashMap<>();

  @Parameter String shell;
  @TempDir Path temp;

  final Map<String, String> environment = new HashMap<>();
  Path archive;
  Path mac;
  Path support;
  Path bin;
  Path runtime;
  Launchd launchd;
  private Path misused;

  /**
   * What each test is run in: in the short form only the shell with the tools of a Mac, because a
   * Mac takes seconds. A class may have a method of this name of its own.
   */
  static Stream<String> shells() {
    return Script.isLong() ? Script.shells() : Stream.of(Script.plainest());
  }

  @BeforeEach
  void unpackAnArchiveBesideAMac() throws Exception {
    Path folder = temp.toRealPath();
    archive = folder.resolve("an archive");
    Script.copyInstaller(archive);
    String plist = "launchd/" + LABEL + ".plist";
    Files.copy(Script.REPOSITORY.resolve(plist), archive.resolve(plist));
    Script.copy(
        Script.AGENT.resolve("src/main/sh/kextwatch"), archive.resolve("dist/bin/kextwatch"));
    Files.createDirectory(archive.resolve("dist/lib"));
    release("0.1.0");

    mac = folder.resolve("a mac");
    support = mac.resolve("Library/Application Support/Kextwatch");
    macOs("13.6.1");
    launchd = Launchd.of(mac, SECOND);

    runtime = folder.resolve("jdk/Contents/Home");
    Script.copy(StrictTools.SIMULATED.resolve("java"), runtime.resolve("bin/java"));
    Files.createDirectory(runtime.resolve("lib"));
    Files.writeString(runtime.resolve("release"), "JAVA_VERSION=\"17.0.13\"\n");
    runtimeNeeds("10.12");

    bin = Files.createDirectory(folder.resolve("bin"));
    misused = Files.createFile(folder.resolve("misused"));
    if (shell.equals(Script.plainest())) {
      StrictTools.write(bin, misused);
    } else {
      StrictTools.link(bin);
    }
    Script.write(bin.resolve("uname"), "echo Darwin");
    Script.write(bin.resolve("sync"), ":");
    Script.write(bin.resolve("ps"), STARTS);
    Script.write(mac.resolve("usr/sbin/sysctl"), "echo " + BOOT);
    Script.write(
        bin.resolve("sleep"),
        "[ -e '%s' ] || exec /bin/sleep 0.0$(($1 * 60))".formatted(mac.resolve(Launchd.AT_REST)));
    environment.put("PATH", bin.toString());
  }

  @AfterEach
  void noToolWasMisused() throws Exception {
    launchd.close();
    assertEquals("", Files.readString(misused));
  }

  /** Puts a tool aside, so that another one can stand before it, and tells where it is then. */
  Path putAside(String tool) throws IOException {
    Path real = Files.createDirectories(bin.resolve("real")).resolve(tool);
    return Files.exists(real) ? real : Files.move(bin.resolve(tool), real);
  }

  /** The archive is of another version. */
  void release(String version) throws IOException {
    Path lib = archive.resolve("dist/lib");
    try (Stream<Path> jars = Files.list(lib)) {
      for (Path jar : jars.toList()) {
        Files.delete(jar);
      }
    }
    Files.writeString(lib.resolve("kextwatch-agent-" + version + ".jar"), version + END_OF_JAR);
    Files.writeString(lib.resolve("a library.jar"), "");
  }

  void macOs(String version) throws IOException {
    plist(
        mac.resolve("System/Library/CoreServices/SystemVersion.plist"), "ProductVersion", version);
  }

  void runtimeNeeds(String version) throws IOException {
    plist(runtime.resolve("../Info.plist").normalize(), "JVMMinimumSystemVersion", version);
  }

  private static void plist(Path file, String key, String value) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        """
        <plist version="1.0"><dict>
          <key>Other</key>
          <string>1</string>
          <key>%s</key>
          <string>%s</string>
          <key>Last</key>
          <string>2</string>
        </dict></plist>
        """
            .formatted(key, value));
  }

  Path file(String name, String content) throws IOException {
    return Files.writeString(temp.toRealPath().resolve(name), content);
  }

  /** Runs install.sh for this Mac, without a class-data archive. */
  Ended install(Object... options) throws Exception {
    return script(
        "--root", mac, Stream.concat(Stream.of("--no-archive"), Stream.of(options)).toArray());
  }

  Ended script(String option, Path folder, Object... options) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(archive.resolve("install.sh"), option, folder), Stream.of(options))
            .toArray();
    return Script.run(temp, environment, shell, all);
  }

  /** Installs it for the first time, with settings and secret. */
  void installFirst(Object... options) throws Exception {
    assertDone(install(Stream.concat(firstOptions(), Stream.of(options)).toArray()));
  }

  /** The Java, the endpoint and the secret. */
  Stream<Object> firstOptions() throws IOException {
    return Stream.of(
        "--java",
        runtime,
        "--endpoint",
        "https://hooks.example.com/kextwatch",
        "--secret-file",
        file("my secret", SECRET + "\n"));
  }

  /** The same, with the files of an install that this shell has made before. */
  void installed() throws Exception {
    Path packed = INSTALLED.get(shell);
    if (packed == null) {
      installFirst("--no-start");
      packed = Files.createTempFile(OwnFolder.PREFIX, ".tar");
      packed.toFile().deleteOnExit();
      tar("-cpf", packed, "Library");
      INSTALLED.put(shell, packed);
    } else {
      tar("-xpf", packed);
      Path release = support.resolve("releases/0.1.0");
      Files.writeString(release.resolve("java-home"), runtime + "\n");
      Files.delete(release.resolve("install.sh")); // it names a folder of the test that made it
      Script.copy(archive.resolve("install.sh"), release.resolve("install.sh"));
    }
    Path state = Files.createDirectories(mac.resolve("private/var/db/kextwatch"));
    Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwx------"));
    assertEquals(0, launchd.ask("bootstrap", "system", job().toString()));
    Patience.until(() -> Files.exists(support.resolve("status.json")));
  }

  private void tar(String action, Path packed, Object... what) throws Exception {
    Object[] all = Stream.concat(Stream.of("-C", mac, action, packed), Stream.of(what)).toArray();
    assertEquals(
        new Ended(0, "", ""), Script.run(temp, Map.of("PATH", "/usr/bin:/bin"), "tar", all));
  }

  static void assertDone(Ended ended) {
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.out());
  }

  static void assertFailed(int exit, String why, Ended ended) {
    assertEquals(exit, ended.exit(), ended::toString);
    assertTrue(ended.err().contains(why), ended::err);
  }

  Path current() throws IOException {
    return Files.readSymbolicLink(support.resolve("current"));
  }

  /** The status is that of the daemon which runs. */
  void assertWatched() throws IOException {
    String status = Files.readString(support.resolve("status.json"));
    assertTrue(status.startsWith("{\"pid\":%d,".formatted(launchd.pid())), status);
  }

  Path job() {
    return mac.resolve("Library/LaunchDaemons/" + LABEL + ".plist");
  }

  String causes() throws IOException {
    return Files.readString(mac.resolve("sim/causes"));
  }

  static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(
        Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
  }

  /** Every file of the Mac with its mode and content, but those that only the test uses. */
  Map<String, String> everything() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(mac)) {
      for (Path file : files.filter(f -> !f.startsWith(mac.resolve("sim"))).toList()) {
        String content = "";
        if (Files.isSymbolicLink(file)) {
          content = Files.readSymbolicLink(file).toString();
        } else if (Files.isRegularFile(file)) {
          content = Files.readString(file);
        }
        found.put(mac.relativize(file).toString(), mode(file) + " " + content);
      }
    }
    return found;
  }
}
