package org.kextwatch.agent.mac;

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
}
