package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ToolRunner;

/** Checks owners, permissions and free space of the agent's folders. */
final class FolderChecks {
  /** What an install of the same release puts right. */
  static final String REPAIR = "Run: sudo '%s'".formatted(AgentPaths.INSTALLER);

  private static final String INSTALL =
      "Install Kextwatch from its package or its release archive.";

  private static final long MIB = 1 << 20;
  private static final long TOO_LITTLE = 20 * MIB;
  private static final long LITTLE = 200 * MIB;

  private final SystemRoot root;
  private final AccessLists accessLists;

  FolderChecks(SystemRoot root, ToolRunner tools) {
    this.root = root;
    this.accessLists = new AccessLists(root, tools);
  }

  List<DoctorCheck> all() {
    return List.of(
        new DoctorCheck("system root", () -> folder("/", "r-xr-xr-x")),
        new DoctorCheck("programs folder", () -> folder(AgentPaths.SUPPORT, "rwxr-xr-x")),
        new DoctorCheck("release", this::release),
        new DoctorCheck("state folder", () -> folder(AgentPaths.STATE_FOLDER, "rwx------")),
        new DoctorCheck("spool folder", () -> folder(AgentPaths.SPOOL, "rwx------")),
        new DoctorCheck("log folder", () -> folder(AgentPaths.LOG_FOLDER, "rwxr-xr-x")),
        new DoctorCheck("launchd plist", () -> file(AgentPaths.LAUNCHD_JOB)),
        new DoctorCheck("access lists", accessLists::look),
        new DoctorCheck("disk for state", () -> room(AgentPaths.STATE_FOLDER)),
        new DoctorCheck("disk for logs", () -> room(AgentPaths.LOG_FOLDER)),
        new DoctorCheck("Java", JavaCheck::run));
  }

  private CheckResult folder(String macPath, String widest) {
    return place(macPath, true, PosixFilePermissions.fromString(widest));
  }

  private CheckResult file(String macPath) {
    return place(macPath, false, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private CheckResult place(String macPath, boolean mustBeFolder, Set<PosixFilePermission> widest) {
    Path path = root.resolve(macPath);
    PosixFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return mustBeFolder
          ? CheckResult.warn(
              path + " is not there",
              macPath.equals(AgentPaths.SUPPORT)
                  ? INSTALL
                  : "The daemon creates it when it starts.")
          : CheckResult.warn(path + " is not there", REPAIR);
    } catch (AccessDeniedException e) {
      return CheckResult.cannotTell("this user may not see " + path, "Run: sudo kextwatch doctor");
    } catch (IOException e) {
      return CheckResult.fail(path + " cannot be read: " + e.getMessage(), "Check the disk.");
    }
    if (attributes.isSymbolicLink() || attributes.isDirectory() != mustBeFolder) {
      return CheckResult.fail(
          "%s is %s".formatted(path, attributes.isSymbolicLink() ? "a link" : "something else"),
          "Move it to another place. " + REPAIR);
    }
    String flaw = flaw(path, attributes.permissions());
    if (flaw != null) {
      return CheckResult.fail(
          flaw, "Run: sudo chown 0:0 '%s' && sudo chmod go-w '%s'".formatted(path, path));
    }
    if (!widest.containsAll(attributes.permissions()) && !path.equals(root.resolve("/"))) {
      return CheckResult.warn(
          "%s has wider permissions than 0%s".formatted(path, octal(widest)),
          "Run: sudo chmod %s '%s'".formatted(octal(widest), path));
    }
    return parents(path);
  }

  /** The files that run as root: others must not be able to change or replace them. */
  private CheckResult release() {
    Path current = root.resolve(AgentPaths.CURRENT_RELEASE);
    if (Files.notExists(current, LinkOption.NOFOLLOW_LINKS)) {
      return CheckResult.warn("none is installed", INSTALL);
    }
    try {
      Path target = Files.isSymbolicLink(current) ? Files.readSymbolicLink(current) : current;
      boolean isOurs = target.startsWith("releases") && target.equals(target.normalize());
      if (!isOurs || target.getNameCount() != 2) {
        return CheckResult.fail(
            "%s leads to %s, which is not a release".formatted(current, target),
            "Find out who did that, and remove it. " + INSTALL);
      }
      Path releases = root.resolve(AgentPaths.RELEASES);
      Path release = current.resolveSibling(target);
      try (Stream<Path> files = Files.walk(release)) {
        for (Path file : Stream.concat(Stream.of(releases), files).toList()) {
          if (isLinkedLicence(release.relativize(file))) {
            continue;
          }
          boolean isPlain =
              file.toString().matches(".*(\\.jar|/java-home)")
                  ? Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                  : Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                      || Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
          String flaw =
              isPlain
                  ? flaw(file, Files.getPosixFilePermissions(file))
                  : file + " is not a plain file or folder";
          if (flaw != null) {
            return CheckResult.fail(flaw, "Find out who did that. " + INSTALL);
          }
        }
      }
      return CheckResult.ok(target.toString());
    } catch (IOException | UncheckedIOException e) {
      return CheckResult.fail("it cannot be read: " + e.getMessage(), INSTALL);
    }
  }

  /** Of a licence that several modules of Java have, jlink keeps one and makes links to it. */
  private static boolean isLinkedLicence(Path inRelease) {
    return inRelease.toString().matches("runtime/(.*/)?legal/.*");
  }

  /** A user who can write a parent folder can replace our folder. */
  private CheckResult parents(Path path) {
    Path top = root.resolve("/");
    for (Path at = path.getParent(); at != null && at.startsWith(top); at = at.getParent()) {
      try {
        if (Files.exists(at) && isLoose(at)) {
          return CheckResult.warn(
              "%s, above %s, can be written by others".formatted(at, path.getFileName()),
              "Check who may write it: ls -ld '%s'".formatted(at));
        }
      } catch (IOException e) {
        return CheckResult.cannotTell(at + " cannot be read", "Run: sudo kextwatch doctor");
      }
    }
    return CheckResult.ok(path.toString());
  }

  static boolean isLoose(Path path) throws IOException {
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    boolean isSticky = ((Integer) Files.getAttribute(path, "unix:mode") & 01000) != 0;
    return !Owner.of(path).isTrusted()
        || (!isSticky && (mode.charAt(4) == 'w' || mode.charAt(7) == 'w'));
  }

  private static @Nullable String flaw(Path path, Set<PosixFilePermission> permissions) {
    if (!Owner.of(path, LinkOption.NOFOLLOW_LINKS).isTrusted()) {
      return path + " does not belong to root";
    }
    return permissions.contains(PosixFilePermission.GROUP_WRITE)
            || permissions.contains(PosixFilePermission.OTHERS_WRITE)
        ? path + " can be written by others"
        : null;
  }

  private static String octal(Set<PosixFilePermission> widest) {
    return switch (PosixFilePermissions.toString(widest)) {
      case "rwx------" -> "700";
      case "rw-r--r--" -> "644";
      default -> "755";
    };
  }

  private CheckResult room(String macPath) {
    Path at = root.resolve(macPath);
    while (at != null && !Files.exists(at)) {
      at = at.getParent();
    }
    // Not by FileStore, which looks for the folder's disk in the table of mounts.
    long free = at == null ? 0 : at.toFile().getUsableSpace();
    String text = "%,d MiB free".formatted(free / MIB);
    if (free < TOO_LITTLE) {
      return CheckResult.fail(
          text, "Free some space: below 20 MiB, events and state cannot be saved.");
    }
    return free < LITTLE ? CheckResult.warn(text, "Free some space soon.") : CheckResult.ok(text);
  }
}
