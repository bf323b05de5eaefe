package org.kextwatch.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Runs the tools of a simulated Mac as any program would. */
record MacTools(SimulatedMac mac) {
  static final String KEXT = "/Library/Extensions/wdavkext.kext";

  record Run(int exit, String stdout, String stderr) {}

  Run kextutil() throws Exception {
    return run("/usr/bin/kextutil", mac.path(KEXT).toString());
  }

  String mdatpHealth() throws Exception {
    return run("/usr/local/bin/mdatp", "health", "--output", "json").stdout();
  }

  Run run(String macPath, String... arguments) throws Exception {
    return runBy(List.of(), macPath, arguments);
  }

  /** Lets a certain shell run it. */
  Run runBy(List<String> shell, String macPath, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(shell);
    command.add(mac.path(macPath).toString());
    command.addAll(List.of(arguments));
    Path stderr = Files.createTempFile("stderr", null);
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
      builder.environment().clear();
      builder.environment().put("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
      Process process = builder.start();
      process.getOutputStream().close();
      String out = text(process.getInputStream());
      return new Run(process.waitFor(), out, Files.readString(stderr));
    } finally {
      Files.delete(stderr);
    }
  }

  String sql(String statement) throws Exception {
    String database = "/private/var/db/SystemPolicyConfiguration/KextPolicy";
    return run("/usr/bin/sqlite3", mac.path(database).toString(), statement).stdout().strip();
  }

  static String recording(String name) throws IOException {
    try (InputStream in = MacTools.class.getResourceAsStream("/recordings/" + name)) {
      return text(Objects.requireNonNull(in, name));
    }
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }
}
