package org.kextwatch.agent.mac;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kextwatch.simulator.BareMac;

/** A bare Mac for tests of the agent. Its tools are shell scripts that record their calls. */
public final class StubMac extends BareMac {
  public StubMac(Path folder) {
    super(folder);
  }

  public SystemRoot root() {
    try {
      return SystemRoot.at(folder());
    } catch (RefusedPathException e) {
      throw new IllegalStateException(e);
    }
  }

  public ToolRunner tools() {
    return new ToolRunner(root());
  }

  /** Writes a tool, a shell script of these lines. */
  public Path tool(Tool tool, String... lines) {
    return script(tool.macPath(), lines);
  }

  /** The arguments of each call of a tool, joined by blanks. */
  public List<String> calls(Tool tool) {
    return argumentsOf(tool.macPath());
  }

  /** Gives the Mac this machine's sqlite3. */
  public void realSqlite() {
    tool(Tool.SQLITE3, "exec /usr/bin/sqlite3 \"$@\"");
  }

  public void macOs(String version) {
    write(
        "/System/Library/CoreServices/SystemVersion.plist",
        plist("<key>ProductVersion</key><string>%s</string>".formatted(version)));
  }

  public void kext(String macPath, String infoEntries) {
    write(macPath + "/Contents/Info.plist", plist(infoEntries));
  }

  /** A property list, a dictionary with these entries. */
  public static String plist(String entries) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><plist version=\"1.0\"><dict>"
        + entries
        + "</dict></plist>";
  }

  /** Writes a shell script that records its calls, see {@link #argumentsOf}. */
  public Path script(String macPath, String... lines) {
    String calls = callsOf(macPath).toString().replace("'", "'\\''");
    String record = "{ echo \"$*\" >>'%s'; } 2>/dev/null\n".formatted(calls);
    return write(macPath, "#!/bin/sh\n" + record + String.join("\n", lines) + "\n", "rwxr-xr-x");
  }

  /** The arguments of each call of a script, oldest first, joined by blanks. */
  public List<String> argumentsOf(String macPath) {
    Path calls = callsOf(macPath);
    try {
      return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path callsOf(String macPath) {
    return folder().resolve(Path.of(macPath).getFileName() + ".calls");
  }
}
