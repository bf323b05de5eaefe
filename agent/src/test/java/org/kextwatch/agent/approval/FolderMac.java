package org.kextwatch.agent.approval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRunner;

/** A folder that is a Mac: files at their places, shell scripts for tools. */
public final class FolderMac {
  private final Path folder;

  public FolderMac(Path folder) throws IOException {
    this.folder = folder;
    Files.createDirectories(folder);
    mode(folder, "rwxr-xr-x");
  }

  public SystemRoot root() throws RefusedPathException {
    return SystemRoot.at(folder);
  }

  public ToolRunner tools() throws RefusedPathException {
    return new ToolRunner(root());
  }

  /** Where a file of the Mac is; its folder is made. */
  public Path at(String macPath) throws IOException {
    Path file = folder.resolve(macPath.substring(1));
    Files.createDirectories(file.getParent());
    return file;
  }

  public void write(String macPath, String content) throws IOException {
    Files.writeString(at(macPath), content);
  }

  /** Gives the Mac a tool: the lines of a shell script. */
  public void tool(Tool tool, String script) throws IOException {
    Path file = at(tool.macPath());
    Files.deleteIfExists(file);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    mode(file, "rwxr-xr-x");
  }

  public void realSqlite() throws IOException {
    tool(Tool.SQLITE3, "exec /usr/bin/sqlite3 \"$@\"");
  }

  public void macOs(String version) throws IOException {
    write(
        "/System/Library/CoreServices/SystemVersion.plist",
        plist("<key>ProductVersion</key><string>%s</string>".formatted(version)));
  }

  public void kext(String macPath, String infoEntries) throws IOException {
    write(macPath + "/Contents/Info.plist", plist(infoEntries));
  }

  public static String plist(String entries) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict>"
        + entries
        + "</dict></plist>";
  }

  static void mode(Path file, String permissions) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }
}
