package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.demo.AgentProcess;

/** Where a daemon keeps its state, with a way to take that from it, and to give it back. */
final class StateVolume {
  private static final String FOLDER = "/private/var/db/kextwatch";
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");

  /** Of 64 KiB, and where that is asked for full from the beginning. */
  private static final String MOUNT =
      """
      folder=$1
      before=$2
      shift 2
      mkdir -p -m 700 "$folder" && mount -t tmpfs -o size=64k,mode=700 kextwatch "$folder" || exit
      [ "$before" = free ] || head -c 65536 /dev/zero >"$folder/filler" || :
      exec "$@"
      """;

  private final Refusal refusal;
  private final Path folder;
  private final long pid;

  private StateVolume(Refusal refusal, Path folder, long pid) {
    this.refusal = refusal;
    this.folder = folder;
    this.pid = pid;
  }

  /** How a folder refuses to be written. */
  enum Refusal {
    /** No space left on device. */
    FULL,
    /** Read-only file system. */
    READ_ONLY,
    /** Permission denied. */
    FORBIDDEN;

    /**
     * Those that can be had here. A full or read-only volume must be mounted. That takes no root
     * where users may have a namespace of their own, as on Debian; in most containers not even root
     * may. There, and on a Mac, is left what everybody can do everywhere: to forbid it.
     */
    static Stream<Refusal> possible() throws IOException, InterruptedException {
      return mayMount() ? Stream.of(values()) : Stream.of(FORBIDDEN);
    }

    static boolean mayMount() throws IOException, InterruptedException {
      String mount = "command -v unshare && unshare -rm mount -t tmpfs kextwatch /tmp";
      return Script.run(Path.of("/"), ENVIRONMENT, "sh", "-c", mount).exit() == 0;
    }

    /** Those that need no second mount. */
    static Stream<Refusal> possibleAtStart() throws IOException, InterruptedException {
      return possible().filter(refusal -> refusal != READ_ONLY);
    }

    /**
     * What to start for the daemon to have such a volume.
     *
     * @param refuses whether it does so when the daemon starts
     */
    List<String> program(Rig rig, boolean refuses) throws IOException {
      Path folder = rig.mac.path(FOLDER);
      List<String> program = new ArrayList<>();
      if (this != FORBIDDEN) {
        program.addAll(List.of("unshare", "-rm", "sh", "-c", MOUNT, "sh"));
        program.addAll(List.of(folder.toString(), refuses ? "full" : "free"));
      } else if (Owner.current().isRoot()) { // whom nothing is forbidden
        program.addAll(List.of("setpriv", "--bounding-set", "-dac_override"));
      }
      if (this == FORBIDDEN && refuses) {
        Files.createDirectories(folder);
        permit(folder, "r-x------");
      }
      program.add(Rig.PROGRAM.toString());
      return program;
    }

    StateVolume of(Rig rig, AgentProcess agent) {
      return of(rig, agent.pid());
    }

    /** The one that a process sees. */
    StateVolume of(Rig rig, long pid) {
      return new StateVolume(this, rig.mac.path(FOLDER), pid);
    }
  }

  void refuse() throws Exception {
    switch (refusal) {
      case FULL -> fill();
      case READ_ONLY, FORBIDDEN -> shut();
    }
  }

  void allow() throws Exception {
    switch (refusal) {
      case FULL -> Files.delete(seen().resolve("filler"));
      case READ_ONLY -> mount("umount \"$1\"");
      case FORBIDDEN -> permit(folder, "rwx------");
    }
  }

  /** What should not be there: files that were not finished. */
  List<Path> unfinished() throws IOException {
    try (Stream<Path> files = Files.walk(seen())) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.getParent().endsWith("tmp") || file.toString().endsWith(".new"))
          .toList();
    }
  }

  /** Not in the middle of a file: nobody could remove that one again. */
  private void shut() throws Exception {
    Patience.until(
        () -> {
          forbid();
          boolean isBetween = unfinished().isEmpty();
          if (!isBetween) {
            allow();
          }
          return isBetween;
        });
  }

  private void forbid() throws Exception {
    if (refusal == Refusal.READ_ONLY) {
      // not the volume, in which the lock is open for writing, but a second mount on top of it
      mount("mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"");
    } else {
      permit(folder, "r-x------");
    }
  }

  /** The folder as the daemon sees it. */
  private Path seen() {
    return refusal == Refusal.FORBIDDEN ? folder : Path.of("/proc/" + pid + "/root" + folder);
  }

  /** Until nothing is freed any more by what the daemon is doing just now. */
  private void fill() throws IOException, InterruptedException {
    Path filler = seen().resolve("filler");
    long before;
    do {
      before = Files.exists(filler) ? Files.size(filler) : 0;
      try (OutputStream out =
          Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(new byte[64 << 10]);
        }
      } catch (IOException e) {
        assertEquals("No space left on device", e.getMessage());
      }
      Thread.sleep(500);
    } while (Files.size(filler) > before);
  }

  private void mount(String command) throws Exception {
    Ended ended =
        Script.run(
            Path.of("/"),
            ENVIRONMENT,
            "nsenter --user --preserve-credentials --mount -t " + pid + " sh -c",
            command,
            "sh",
            folder);
    assertEquals(0, ended.exit(), ended::toString);
  }

  private static void permit(Path folder, String permissions) throws IOException {
    for (String part : List.of("", "spool/tmp", "spool/new")) {
      Path path = folder.resolve(part);
      if (Files.exists(path)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
      }
    }
  }
}
