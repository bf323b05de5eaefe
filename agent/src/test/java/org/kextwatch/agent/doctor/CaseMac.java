package org.kextwatch.agent.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.kextwatch.agent.Script;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedMac;

/**
 * A simulated Mac with files and tool output of a real Mac. {@code cases/mac/README.md} in the
 * resources says where they are from.
 *
 * @param folder for the output of its tools
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

  /** Writes each file of a case to its place; none if the name is empty. */
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
    simulated.write(to + file, "");
    Files.write(simulated.path(to + file), Files.readAllBytes(CASES.resolve(name).resolve(file)));
  }

  /** A tool that only prints. */
  void tool(String macPath, String printed) throws IOException {
    Path output = folder.resolve(Path.of(macPath).getFileName() + ".out");
    Files.writeString(output, printed);
    Files.writeString(simulated.path(macPath), "#!/bin/sh\ncat '" + output + "'\n");
  }

  /** A row of a profile in the approval database. */
  void row(String teamAndBundle) {
    simulated.approvalDatabase(
        "INSERT INTO kext_policy_mdm VALUES(%s,1,'a profile')".formatted(teamAndBundle));
  }
}
