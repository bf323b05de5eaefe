package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A folder that is a Mac. Its tools are shell scripts that note how they were called. */
public final class StubMac {
  private final Path folder;

  public StubMac(Path folder) {
    this.folder = folder;
  }

  public SystemRoot root() {
    try {
      return SystemRoot.at(folder);
    } catch (RefusedPathException e) {
      throw new IllegalStateException(e);
    }
  }

  public ToolRunner tools() {
    return new ToolRunner(root());
  }

  public Path path(String macPath) {
    return folder.resolve(macPath.substring(1));
  }

  /** Makes a tool of these lines, in place of what is there. */
  public Path tool(Tool tool, String... lines) {
    return script(tool.macPath(), tool.name(), lines);
  }

  /** Makes a script at any path that notes its calls under a name. */
  public Path script(String macPath, String name, String... lines) {
    String head = "#!/bin/sh\necho \"$*\" >>'%s'\n".formatted(callsOf(name));
    Path file = path(macPath);
    try {
      makeFolders(file.getParent());
      Files.deleteIfExists(file);
      Files.writeString(file, head + String.join("\n", lines) + "\n");
      return allow(file, "rwxr-xr-x");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The arguments of each call so far, joined by blanks. */
  public List<String> calls(Tool tool) {
    Path calls = callsOf(tool.name());
    try {
      return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sets permissions, such as {@code rwxr-xr-x}, whatever the umask is. */
  public static Path allow(Path file, String permissions) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  private Path callsOf(String name) {
    return folder.resolve(name + ".calls");
  }

  private void makeFolders(Path last) throws IOException {
    Path made = folder;
    for (Path name : folder.relativize(last)) {
      made = made.resolve(name);
      if (!Files.isDirectory(made)) {
        allow(Files.createDirectory(made), "rwxr-xr-x");
      }
    }
  }
}
