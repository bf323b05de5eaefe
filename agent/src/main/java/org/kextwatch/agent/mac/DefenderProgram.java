package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The file behind the name {@code mdatp}. The name is a link in a folder that any user may own, so
 * it is resolved only once, and the resolved file is what is checked and run.
 */
public final class DefenderProgram {
  private static final Set<PosixFilePermission> GROUP = Set.of(PosixFilePermission.GROUP_WRITE);
  private static final Set<PosixFilePermission> OTHERS = Set.of(PosixFilePermission.OTHERS_WRITE);

  private final FileStamp identity;
  private final boolean isLinked;
  private final Path root;
  private final Path applications;

  private DefenderProgram(SystemRoot root, FileStamp identity, boolean isLinked) {
    this.identity = identity;
    this.isLinked = isLinked;
    this.root = root.resolve("/");
    this.applications = root.resolve(SystemPaths.APPLICATIONS);
  }

  /**
   * Resolves the name.
   *
   * @throws NoSuchFileException if there is no such name, or it is a link to a missing file
   */
  public static DefenderProgram find(SystemRoot root) throws NoSuchFileException {
    Path name = root.resolve(Tool.MDATP.macPath());
    try {
      boolean isLinked = Files.isSymbolicLink(name);
      return new DefenderProgram(
          root, FileStamp.read(name.toRealPath(), LinkOption.NOFOLLOW_LINKS), isLinked);
    } catch (IOException e) {
      NoSuchFileException none = new NoSuchFileException(name.toString());
      none.initCause(e);
      throw none;
    }
  }

  /** The resolved path, without links. */
  public Path file() {
    return identity.path();
  }

  public FileStamp identity() {
    return identity;
  }

  /** Whether it is still the file that was found. */
  boolean isUnchanged() {
    try {
      return identity.equals(FileStamp.read(file(), LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Rejects a file that other users could replace. A link points into an app, whose folders up to
   * {@code /Applications} must have the owner of the file; a group may write to them, because all
   * admins may write to {@code /Applications}. The folders of a plain file must be as closed as the
   * file. How Defender's installer leaves them is not recorded (belief:mdatp-closed).
   *
   * @throws RefusedPathException with the remedy
   */
  public void check() throws RefusedPathException {
    TrustedFile.checkOne(file());
    for (Path folder : folders()) {
      if (isInApplications()) {
        checkAppFolder(folder);
      } else {
        TrustedFile.checkOne(folder);
      }
    }
  }

  private void checkAppFolder(Path folder) throws RefusedPathException {
    Owner owner = Owner.of(file());
    if (!Owner.of(folder).equals(owner)) {
      throw new RefusedPathException(
          folder,
          "it does not belong to the owner of mdatp; run: chown %d '%s'"
              .formatted(owner.uid(), folder));
    }
    if (TrustedFile.permits(folder, OTHERS)) {
      throw new RefusedPathException(
          folder, "other users can write to it; run: chmod o-w '" + folder + "'");
    }
  }

  /** The folders of its app that a group can write to, which Defender does not need. */
  public List<Path> foldersOfAGroup() {
    return isInApplications()
        ? folders().stream()
            .filter(folder -> !folder.equals(applications) && TrustedFile.permits(folder, GROUP))
            .toList()
        : List.of();
  }

  private boolean isInApplications() {
    return isLinked && file().startsWith(applications);
  }

  /** The folders to check: the parent of a plain file; of a linked one all up to Applications. */
  private List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    Path folder = file().getParent();
    while (folder != null && !folder.equals(root)) {
      folders.add(folder);
      boolean isLast = !isLinked || folder.equals(applications);
      folder = isLast ? null : folder.getParent();
    }
    return folders;
  }
}
