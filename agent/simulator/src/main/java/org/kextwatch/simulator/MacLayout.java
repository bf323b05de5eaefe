package org.kextwatch.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Lays out files below a folder as they lie on a Mac, with a Mac's modes whatever the umask: the
 * agent refuses what others could have written.
 */
public record MacLayout(Path root, MacModel model) {
  static final String MDATP =
      "Applications/Microsoft Defender.app/Contents/Resources/Tools/wdavdaemonclient";

  static final String KEXT = "Library/Extensions/wdavkext.kext/Contents/Info.plist";
  private static final String SYSTEM_EXTENSIONS = "usr/bin/systemextensionsctl";

  static final List<String> TOOLS =
      List.of(
          MDATP,
          "bin/launchctl",
          "bin/ls",
          "usr/bin/codesign",
          "usr/bin/kextutil",
          "usr/bin/profiles",
          "usr/bin/sqlite3",
          "usr/bin/stat",
          SYSTEM_EXTENSIONS,
          "usr/sbin/ioreg",
          "usr/sbin/kextstat",
          "usr/sbin/scutil",
          "usr/sbin/sysctl");

  static final List<String> FILES =
      List.of(KEXT, "System/Library/CoreServices/SystemVersion.plist", "sim/stub.sh");

  /** Everything that is on such a Mac before anything happens to it. */
  void write() throws IOException {
    mode(root, "rwxr-xr-x");
    for (String tool : TOOLS) {
      if (model.knowsSystemExtensions() || !tool.equals(SYSTEM_EXTENSIONS)) {
        file(tool, model.file(tool), "rwxr-xr-x");
      }
    }
    for (String file : FILES) {
      if (model.usesKext() || !file.equals(KEXT)) {
        file(file, model.file(file), "rw-r--r--");
      }
    }
    mode(root.resolve("Applications"), "rwxrwxr-x"); // every admin may write it, as on every Mac
    file("dev/console", "", "rw-------");
    folder("private/var/db/SystemPolicyConfiguration");
    folder("private/var/db/KernelExtensionManagement");
    link("var", "private/var");
    link("usr/local/bin/mdatp", "../../../" + MDATP);
  }

  /** Writes a file of the Mac, replacing what is there in one step. */
  void file(String path, String content, String mode) throws IOException {
    Path file = root.resolve(path);
    folder(root.relativize(file.resolveSibling("")).toString());
    Path fresh = Files.createTempFile(file.resolveSibling(""), ".new", ""); // nobody else's to read
    Files.writeString(fresh, content);
    mode(fresh, mode);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Makes a folder with its parents; those that exist keep their modes. */
  void folder(String path) throws IOException {
    Path folder = root;
    for (Path name : Path.of(path)) {
      folder = folder.resolve(name);
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder);
        mode(folder, "rwxr-xr-x");
      }
    }
  }

  private void link(String path, String target) throws IOException {
    folder(root.relativize(root.resolve(path).resolveSibling("")).toString());
    Files.createSymbolicLink(root.resolve(path), Path.of(target));
  }

  private static void mode(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path));
  }

  /** Takes away a file or folder with all it holds, if it is there. */
  void remove(String path) {
    delete(root.resolve(path));
  }

  public static void delete(Path what) {
    if (!Files.exists(what)) {
      return;
    }
    try (Stream<Path> files = Files.walk(what)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
