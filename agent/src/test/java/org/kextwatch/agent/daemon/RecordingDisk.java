package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import okio.ByteString;
import org.kextwatch.agent.mac.Disk;

/**
 * A disk that writes down what is done to it, in the elementary steps of {@link Disk}, and forces
 * nothing for real: no power fails here but on paper. That the real disk takes these very steps is
 * seen by SystemCallsIT.
 */
final class RecordingDisk extends Disk {
  private final Set<Flaw> flaws;
  private final List<Step> steps = new ArrayList<>();

  RecordingDisk(Flaw... flaws) {
    this.flaws = EnumSet.noneOf(Flaw.class);
    this.flaws.addAll(List.of(flaws));
  }

  /** What was done since this was asked last. */
  List<Step> takeSteps() {
    List<Step> taken = List.copyOf(steps);
    steps.clear();
    return taken;
  }

  /** From here on the agent has promised this. */
  void promise(DurabilityModel promise) {
    steps.add(new Promised(promise));
  }

  @Override
  public void create(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    Files.createFile(file, PosixFilePermissions.asFileAttribute(permissions));
    Files.write(file, content, StandardOpenOption.WRITE);
    steps.add(new Done(Deed.ENTER, file));
    steps.add(new Written(file, ByteString.of(content)));
    if (!flaws.contains(Flaw.FILES_ARE_NOT_FORCED)) {
      steps.add(new Done(Deed.FORCE_FILE, file));
    }
  }

  @Override
  public void move(Path from, Path to) throws IOException {
    super.move(from, to);
    steps.add(new Moved(from, to));
  }

  @Override
  public void forceFolder(Path folder) {
    if (!flaws.contains(Flaw.FOLDERS_ARE_NOT_FORCED)) {
      steps.add(new Done(Deed.FORCE_FOLDER, folder));
    }
  }

  @Override
  public void delete(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      super.delete(file);
      steps.add(new Done(Deed.DELETE, file));
    }
  }

  /** How a disk may be wrong. */
  enum Flaw {
    FILES_ARE_NOT_FORCED,
    FOLDERS_ARE_NOT_FORCED
  }

  /** One thing that is done, or not, when the power fails. */
  sealed interface Step {}

  /** A step that is about one file or folder and no more. */
  record Done(Deed deed, Path path) implements Step {
    @Override
    public String toString() {
      return deed.word + " " + path;
    }
  }

  enum Deed {
    ENTER("enter"),
    FORCE_FILE("force"),
    DELETE("delete"),
    FORCE_FOLDER("force");

    final String word;

    Deed(String word) {
      this.word = word;
    }
  }

  record Written(Path file, ByteString content) implements Step {
    @Override
    public String toString() {
      return "write " + file;
    }
  }

  record Moved(Path from, Path to) implements Step {
    @Override
    public String toString() {
      return "move " + from + " " + to;
    }
  }

  /** Nothing that a disk does. */
  record Promised(DurabilityModel promise) implements Step {}
}
