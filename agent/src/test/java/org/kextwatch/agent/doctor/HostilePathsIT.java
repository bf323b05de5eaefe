package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.AgentLog;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.simulator.SimulatedMac;
import org.tinylog.Level;

/** What somebody else put where a file of ours should be: refused or told, never followed. */
class HostilePathsIT {
  private static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  private static final Map<Place, byte[]> FILES = new EnumMap<>(Place.class);

  @TempDir private Path folder;

  private SimulatedMac mac;
  private SystemRoot root;
  private Path victim;

  /** What is there instead. */
  enum Trap {
    LINK,
    DANGLING_LINK,
    LOOP,
    PIPE,
    LINK_TO_PIPE,
    DEVICE,
    SOCKET,
    FOLDER,
    SECOND_NAME,
    WRITABLE,
    IN_WRITABLE_FOLDER,
    READABLE,
    FOREIGN,
    HUGE
  }

  /** Where, and whose code meets it. */
  enum Place {
    SETTINGS(AgentPaths.LOCAL_SETTINGS),
    SECRET_FILE("/Library/Application Support/Kextwatch/secret"),
    STATUS(AgentPaths.STATUS),
    WRITTEN_STATUS(AgentPaths.STATUS),
    STATE("/private/var/db/kextwatch/state.json"),
    LOCK("/private/var/db/kextwatch/lock"),
    SPOOLED("/private/var/db/kextwatch/spool/new/00000000-0000000000000007.00000000.json"),
    STATE_FOLDER("/private/var/db/kextwatch"),
    SPOOL_FOLDER("/private/var/db/kextwatch/spool"),
    SUPPORT_FOLDER("/Library/Application Support/Kextwatch"),
    LOG_FOLDER(AgentPaths.LOG_FOLDER),
    LOG("/Library/Logs/Kextwatch/agent-0.log"),
    POLICY("/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist"),
    ARCHIVE("/tmp/support.zip");

    final String path;

    Place(String path) {
      this.path = path;
    }
  }

  static Stream<Arguments> traps() {
    Set<Trap> inOurFolder = EnumSet.range(Trap.LINK, Trap.FOLDER);
    inOurFolder.remove(Trap.DANGLING_LINK);
    Set<Trap> forTheLock = EnumSet.copyOf(inOurFolder);
    forTheLock.add(Trap.SECOND_NAME);
    Set<Trap> forAFile = EnumSet.copyOf(inOurFolder);
    forAFile.addAll(Set.of(Trap.WRITABLE, Trap.IN_WRITABLE_FOLDER, Trap.FOREIGN, Trap.HUGE));
    Set<Trap> forAFolder =
        Set.of(Trap.LINK, Trap.DANGLING_LINK, Trap.PIPE, Trap.WRITABLE, Trap.FOREIGN);
    Map<Place, Set<Trap>> all =
        Map.ofEntries(
            Map.entry(Place.SETTINGS, forAFile),
            Map.entry(Place.SECRET_FILE, forAFile),
            Map.entry(Place.STATUS, forAFile),
            Map.entry(Place.STATE, forAFile),
            Map.entry(Place.WRITTEN_STATUS, inOurFolder),
            Map.entry(Place.LOCK, forTheLock),
            Map.entry(Place.SPOOLED, inOurFolder),
            Map.entry(Place.STATE_FOLDER, forAFolder),
            Map.entry(Place.SPOOL_FOLDER, forAFolder),
            Map.entry(Place.SUPPORT_FOLDER, forAFolder),
            Map.entry(Place.LOG_FOLDER, forAFolder),
            Map.entry(Place.LOG, inOurFolder),
            Map.entry(Place.POLICY, Set.of(Trap.PIPE, Trap.LINK_TO_PIPE, Trap.DEVICE)),
            Map.entry(Place.ARCHIVE, inOurFolder));
    List<Arguments> cases = new ArrayList<>();
    for (Place place : Place.values()) {
      for (Trap trap : Trap.values()) {
        boolean isPossible = trap != Trap.FOREIGN || Owner.current().isRoot();
        if (isPossible && all.get(place).contains(trap)) {
          cases.add(Arguments.of(place, trap));
        }
      }
    }
    cases.add(Arguments.of(Place.SECRET_FILE, Trap.READABLE));
    return cases.stream();
  }

  @BeforeEach
  void aMac() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of("labels", Map.of("site", "Berlin")), SECRET);
    root = SystemRoot.at(mac.root());
    layOutFiles();
    victim = Files.createDirectory(folder.resolve("victim"));
    mode(victim, "rwxr-xr-x");
    mode(Files.writeString(victim.resolve("file"), "untouched"), "rw-r--r--");
  }

  /** The files of an agent that ran here; each Mac here is the same, so it runs only once. */
  private void layOutFiles() throws Exception {
    if (FILES.isEmpty()) {
      Check.run(root, false, false);
      for (Place place : List.of(Place.STATE, Place.STATUS)) {
        FILES.put(place, Files.readAllBytes(mac.path(place.path)));
      }
      return;
    }
    for (String part : List.of("", "/spool", "/spool/tmp", "/spool/new", "/spool/quarantine")) {
      Path ours = mac.path(Place.STATE_FOLDER.path + part);
      Files.createDirectories(ours);
      mode(ours, "rwx------");
    }
    for (Map.Entry<Place, byte[]> file : FILES.entrySet()) {
      Path path = mac.path(file.getKey().path);
      Files.write(path, file.getValue());
      mode(path, file.getKey() == Place.STATE ? "rw-------" : "rw-r--r--");
    }
  }

  @ParameterizedTest
  @MethodSource("traps")
  void isRefusedOrToldAndNeverFollowed(Place place, Trap trap) throws Exception {
    Path path = mac.path(place.path);
    try (AutoCloseable open = set(trap, path)) {
      assertTimeoutPreemptively(Patience.AMPLE, () -> meet(place, trap));
    }
    assertEquals("untouched", Files.readString(victim.resolve("file")));
    assertEquals("rw-r--r--", mode(victim.resolve("file")));
    assertEquals("rwxr-xr-x", mode(victim));
    assertArrayEquals(new String[] {"file"}, victim.toFile().list());
  }

  @Test
  void thereAreMoreThanFortyOfThem() {
    assertTrue(traps().count() > 40);
  }

  private void meet(Place place, Trap trap) throws Exception {
    switch (place) {
      case SETTINGS -> assertTrue(new SettingsReader(root).read().isRefused());
      case SECRET_FILE -> assertEquals(Mark.FAIL, doctor("webhook secret"));
      case STATUS -> {
        assertThrows(IOException.class, () -> StatusFile.read(root));
        assertEquals(Mark.FAIL, doctor("status"));
      }
      case WRITTEN_STATUS -> {
        Check.run(root, false, false);
        if (trap == Trap.FOLDER) {
          assertThrows(IOException.class, () -> StatusFile.read(root));
        } else {
          StatusFile.read(root); // in its place, not behind it
        }
      }
      case STATE -> {
        if (trap == Trap.IN_WRITABLE_FOLDER) {
          assertThrows(IOException.class, () -> Check.run(root, false, false));
        } else {
          List<String> warnings = Check.run(root, false, false).status().agent().warnings();
          assertTrue(warnings.toString().contains("saved state could not be read"));
          assertEquals(trap == Trap.FOLDER, warnings.toString().contains("could not be saved"));
        }
      }
      case LOCK, STATE_FOLDER, SPOOL_FOLDER ->
          assertThrows(IOException.class, () -> Check.run(root, false, false));
      case SPOOLED ->
          assertEquals(
              1, Check.run(root, false, false).status().agent().quarantinedEvents(), "put aside");
      case SUPPORT_FOLDER -> {
        Check.run(root, false, false);
        assertEquals(Mark.FAIL, doctor("programs folder"));
      }
      case LOG_FOLDER, LOG -> {
        AgentLog.open(root, Level.INFO);
        assertTrue(AgentLog.warnings().toString().contains("There is no log"));
      }
      case POLICY ->
          assertEquals(null, Check.run(root, false, false).status().extension().userMayApprove());
      case ARCHIVE ->
          assertThrows(
              IOException.class, () -> SupportArchive.of(root, true).write(mac.path(place.path)));
    }
  }

  private Mark doctor(String check) {
    return Doctor.examine(root, true, one -> one.name().equals(check)).findings().get(0).mark();
  }

  /** Puts a trap where a file or folder of ours was. What is returned holds it open. */
  private AutoCloseable set(Trap trap, Path path) throws Exception {
    Files.createDirectories(path.getParent());
    boolean isThere = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    boolean isChanged =
        switch (trap) {
          case WRITABLE, IN_WRITABLE_FOLDER, READABLE, FOREIGN, HUGE -> true;
          default -> false;
        };
    if (isThere && !isChanged) {
      Files.move(path, folder.resolve("moved"), StandardCopyOption.REPLACE_EXISTING);
    } else if (!isThere && isChanged) {
      Files.createDirectory(path); // the folder of the log
    }
    switch (trap) {
      case LINK -> link(path);
      case DANGLING_LINK -> Files.createSymbolicLink(path, victim.resolve("none"));
      case LOOP -> Files.createSymbolicLink(path, path);
      case PIPE -> pipe(path);
      case LINK_TO_PIPE -> {
        pipe(victim.resolveSibling("pipe"));
        Files.createSymbolicLink(path, victim.resolveSibling("pipe"));
      }
      case DEVICE -> Files.createSymbolicLink(path, Path.of("/dev/zero"));
      case SOCKET -> {
        Path shorter = Files.createTempDirectory("s").resolve("s"); // their names must be short
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(shorter));
        Files.move(shorter, path);
        return socket;
      }
      case FOLDER -> Files.createDirectories(path.resolve("inner"));
      case SECOND_NAME -> Files.createLink(path, victim.resolve("file"));
      case WRITABLE -> mode(path, Files.isDirectory(path) ? "rwxrwxrwx" : "rw-rw-rw-");
      case IN_WRITABLE_FOLDER -> mode(path.getParent(), "rwxrwxrwx");
      case READABLE -> mode(path, "rw-r--r--");
      case FOREIGN -> Files.setAttribute(path, "unix:uid", 4711);
      case HUGE -> Files.write(path, new byte[(4 << 20) + 1]);
    }
    return () -> {};
  }

  /** Behind it everything is such as would be taken, but for others who may write it. */
  private void link(Path path) throws IOException {
    boolean isFolder = path.getFileName().toString().matches("Kextwatch|kextwatch|spool");
    Path target = isFolder ? victim : victim.resolve("file");
    Files.createSymbolicLink(path, target);
  }

  private static void pipe(Path path) throws Exception {
    assertEquals(0, new ProcessBuilder("mkfifo", "-m", "600", path.toString()).start().waitFor());
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
