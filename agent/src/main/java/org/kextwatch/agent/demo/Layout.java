package org.kextwatch.agent.demo;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Lays out files below a folder as they lie on a Mac, with a Mac's modes whatever the umask: the
 * agent refuses what others could have written.
 */
record Layout(Path root) {
  static final String MDATP =
      "Applications/Microsoft Defender.app/Contents/Resources/Tools/wdavdaemonclient";

  static final List<String> TOOLS =
      List.of(
          MDATP,
          "bin/launchctl",
          "usr/bin/codesign",
          "usr/bin/kextutil",
          "usr/bin/profiles",
          "usr/bin/sqlite3",
          "usr/sbin/ioreg",
          "usr/sbin/kextstat",
          "usr/sbin/scutil",
          "usr/sbin/sysctl");

  static final List<String> FILES =
      List.of(
          "Library/Extensions/wdavkext.kext/Contents/Info.plist",
          "System/Library/CoreServices/SystemVersion.plist",
          "sim/stub.sh");

  /** Everything that is on such a Mac before anything happens to it. */
  void write() throws IOException {
    mode(root, "rwxr-xr-x");
    for (String tool : TOOLS) {
      file(tool, resource("mac/" + tool), "rwxr-xr-x");
    }
    for (String file : FILES) {
      file(file, resource("mac/" + file), "rw-r--r--");
    }
    mode(root.resolve("Applications"), "rwxrwxr-x"); // every admin may write it, as on every Mac
    file("dev/console", "", "rw-------");
    folder("private/var/db/SystemPolicyConfiguration");
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

  /** The text of a resource of this room. */
  static String resource(String name) throws IOException {
    try (InputStream in = Layout.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException("this build lacks its resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
