package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** Whatever environment the agent itself was given, its tools get the fixed one. */
final class HostileEnvironmentTest {
  private static final Set<String> FIXED =
      Set.of("HOME=/var/empty", "LANG=C", "PATH=/usr/bin:/bin:/usr/sbin:/sbin");

  @TempDir private Path folder;

  @Test
  void noToolGetsAnythingOfIt() throws Exception {
    Path tool = new StubMac(folder).tool(Tool.SYSCTL);
    Files.copy(Path.of("/usr/bin/env"), tool, StandardCopyOption.REPLACE_EXISTING);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");

    Ended ended =
        Script.run(
            folder,
            hostile(),
            java.toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            ToolEnvironment.class.getName(),
            folder);

    assertEquals(0, ended.exit(), ended::toString);
    List<String> lines = new ArrayList<>(ended.out().lines().toList());
    String marker = ToolRunner.RUN_MARKER + "=[0-9a-f-]{36}";
    assertTrue(lines.removeIf(line -> line.matches(marker)), lines::toString);
    assertEquals(FIXED, Set.copyOf(lines));
  }

  /** As far as Java itself starts with it. */
  private static Map<String, String> hostile() {
    Map<String, String> all = new HashMap<>();
    all.put("PATH", "/Users/eve/bin:.:");
    all.put("HOME", "/Users/eve");
    all.put("LANG", "de_DE.UTF-8");
    all.put("LC_ALL", "../../Users/eve/locale");
    all.put("IFS", "/");
    all.put("ENV", "/Users/eve/profile");
    all.put("BASH_ENV", "/Users/eve/profile");
    all.put("BASH_FUNC_ls%%", "() { /Users/eve/bin/ls; }");
    all.put("SHELLOPTS", "xtrace");
    all.put("PS4", "$(/Users/eve/bin/ps4)");
    all.put("CDPATH", "/Users/eve");
    all.put("TMPDIR", "/Users/eve/tmp");
    all.put("LD_PRELOAD", "/Users/eve/lib.so"); // is told on stderr, and not found
    all.put("LD_LIBRARY_PATH", "/Users/eve/lib");
    all.put("DYLD_INSERT_LIBRARIES", "/Users/eve/lib.dylib");
    all.put("DYLD_LIBRARY_PATH", "/Users/eve/lib");
    all.put("SQLITE_TMPDIR", "/Users/eve/tmp");
    all.put("MALLOC_STACK_LOGGING", "1");
    all.put("CFFIXED_USER_HOME", "/Users/eve");
    all.put("OS_ACTIVITY_DT_MODE", "1\nPATH=/Users/eve/bin");
    all.put("JAVA_TOOL_OPTIONS", "-Dthis.is.told=on-stderr");
    all.put(ToolRunner.RUN_MARKER, "a marker of theirs");
    all.put("__CF_USER_TEXT_ENCODING", "0x0:0:0");
    all.put("LONG", "x".repeat(100_000));
    return all;
  }
}
