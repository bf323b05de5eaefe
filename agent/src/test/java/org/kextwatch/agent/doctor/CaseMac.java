package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedMac;

/**
 * A simulated Mac with files and tools of a Mac as somebody met it. Where they are from: {@code
 * cases/mac/README.md} in the resources.
 *
 * @param folder for what its tools print
 */
record CaseMac(SimulatedMac simulated, Path folder) {
  private static final Path CASES = Script.AGENT.resolve("src/test/resources/cases/mac");

  static CaseMac create(Path folder, MacModel model) throws IOException {
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac"), model);
    mac.prepareForAgent(Map.of(), "");
    return new CaseMac(mac, folder);
  }

  static String text(String name, String file) throws IOException {
    return Files.readString(CASES.resolve(name).resolve(file));
  }

  /** Puts each file of a case to its place; none, if it has no name. */
  void putAll(String name) throws IOException {
    if (name.isEmpty()) {
      return;
    }
    if (Files.exists(CASES.resolve(name).resolve("sysext.out"))) {
      simulated.systemExtensions().hideDatabase();
    }
    try (Stream<Path> files = Files.list(CASES.resolve(name))) {
      for (Path file : files.toList()) {
        put(name, file.getFileName().toString());
      }
    }
  }

  void put(String name, String file) throws IOException {
    switch (file) {
      case "mdatp.out" -> tool("/usr/local/bin/mdatp", text(name, file));
      case "sysext.out" -> tool("/usr/bin/systemextensionsctl", text(name, file));
      case "db.plist" -> copy(name, file, "/Library/SystemExtensions/");
      default -> copy(name, file, "/Library/Managed Preferences/");
    }
  }

  private void copy(String name, String file, String to) throws IOException {
    simulated.put(to + file, "");
    Files.write(simulated.path(to + file), Files.readAllBytes(CASES.resolve(name).resolve(file)));
  }

  /** A tool that only prints. */
  void tool(String macPath, String printed) throws IOException {
    Path output = folder.resolve(Path.of(macPath).getFileName() + ".out");
    Files.writeString(output, printed);
    Files.writeString(simulated.path(macPath), "#!/bin/sh\ncat '" + output + "'\n");
  }

  /** A row that an MDM, or somebody by hand, has put into the approval database. */
  void row(String teamAndBundle) throws IOException, InterruptedException {
    Path database = simulated.path("/private/var/db/SystemPolicyConfiguration/KextPolicy");
    String sql = "INSERT INTO kext_policy_mdm VALUES(%s,1,'a profile')".formatted(teamAndBundle);
    Process sqlite =
        new ProcessBuilder(simulated.path("/sim/sqlite3").toString(), database.toString(), sql)
            .redirectErrorStream(true)
            .start();
    String said = new String(sqlite.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, sqlite.waitFor(), said);
  }
}
