package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/**
 * An installer package as the stand-ins of Apple's tools make it, and what macOS' Installer does
 * with it: it runs preinstall, copies the payload, and runs postinstall; whichever fails, fails the
 * installation (Apple's Software Delivery Guide; pkgbuild(1)).
 */
final class MacPackage {
  private static final Map<String, String> TOOLS = Map.of("PATH", "/usr/bin:/bin");

  private final Path folder;

  private MacPackage(Path folder) {
    this.folder = folder;
  }

  /**
   * Takes a package apart.
   *
   * @param folder a new one, where its parts are from then on
   */
  static MacPackage expand(Path file, Path folder) throws Exception {
    Files.createDirectories(folder);
    unpack(file, folder);
    unpack(folder.resolve("org.kextwatch.agent.pkg"), folder);
    for (String part : List.of("Payload", "Scripts")) {
      unpack(folder.resolve(part), Files.createDirectory(folder.resolve(part + " files")));
    }
    return new MacPackage(folder);
  }

  private static void unpack(Path file, Path folder) throws Exception {
    Ended ended = Script.run(folder, TOOLS, "tar", "-xpf", file, "-C", folder);
    assertEquals(new Ended(0, "", ""), ended);
  }

  String distribution() throws IOException {
    return Files.readString(folder.resolve("Distribution"));
  }

  /** Identifier, version and install location. */
  List<String> info() throws IOException {
    return Files.readAllLines(folder.resolve("PackageInfo"));
  }

  Path payload() {
    return folder.resolve("Payload files");
  }

  /**
   * Installs it.
   *
   * @param volume that the user has chosen, {@code /} for the system that runs
   * @param root what that volume is here
   * @param mac the system that the scripts run on
   * @param bin the tools that the scripts find
   */
  Ended install(String shell, String volume, Path root, Path mac, Path bin) throws Exception {
    Ended before = run(shell, "preinstall", volume, mac, bin);
    if (before.exit() != 0) {
      return before;
    }
    Path place = root.resolve(location().substring(1));
    Files.createDirectories(place);
    unpack(folder.resolve("Payload"), place);
    return run(shell, "postinstall", volume, mac, bin);
  }

  private String location() throws IOException {
    return info().get(2);
  }

  private Ended run(String shell, String name, String volume, Path mac, Path bin) throws Exception {
    Path script = folder.resolve("Scripts files").resolve(name);
    assertTrue(Files.isExecutable(script));
    String text = Files.readString(script);
    String path = "\nPATH=/usr/bin:/bin:/usr/sbin:/sbin\n";
    assertTrue(text.startsWith("#!/bin/sh\n") && text.contains(path), text);
    assertTrue(text.contains("\nroot=\n"), text);
    Path here = folder.resolve(name + " here");
    Files.writeString(
        here,
        text.replace(path, "\nPATH='" + bin + "'\n")
            .replace("\nroot=\n", "\nroot='" + mac + "'\n"));
    Map<String, String> environment =
        Map.of(
            "SCRIPT_NAME", name,
            "PACKAGE_PATH", folder.toString(),
            "INSTALLER_TEMP", folder.toString(),
            "RECEIPT_PATH", folder.toString());
    return Script.run(
        Path.of("/"), environment, shell, here, folder, volume + location(), volume, "/");
  }
}
