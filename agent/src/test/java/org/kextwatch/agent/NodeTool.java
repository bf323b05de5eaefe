package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script.Ended;

/**
 * A script for Node.js and the packages that its lock file names. It needs npm and its registry.
 *
 * @param folder where it and its packages are
 */
public record NodeTool(Path folder, String script) {
  private static final Map<String, String> PATH = Map.of("PATH", System.getenv("PATH"));

  /** Brings it and its packages into a folder. */
  public static NodeTool bring(Path from, String script, Path folder)
      throws IOException, InterruptedException {
    for (String file : List.of("package.json", "package-lock.json", script)) {
      Files.copy(from.resolve(file), folder.resolve(file));
    }
    Ended npm = Script.run(folder, PATH, "npm ci --ignore-scripts --no-audit --no-fund");
    assertEquals(0, npm.exit(), npm::err);
    return new NodeTool(folder, script);
  }

  /** Runs it with the Node.js of this machine. */
  public Ended run(Object... arguments) throws IOException, InterruptedException {
    return Script.run(folder, PATH, "node " + script, arguments);
  }

  /** Runs it with a Node.js of this version or a later one: npm brings one if need be. */
  public Ended runWith(int atLeast, Object... arguments) throws IOException, InterruptedException {
    Ended version = Script.run(folder, PATH, "node --version");
    boolean isOld = Integer.parseInt(version.out().replaceAll("^v|\\..*\\s*", "")) < atLeast;
    return isOld
        ? Script.run(folder, PATH, "npx -y -p node@" + atLeast + " node " + script, arguments)
        : run(arguments);
  }
}
