package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.simulator.MacModel;

/** Simulated Macs with tools that cost next to nothing, and nginx, which takes their events. */
final class FootprintMacs implements AutoCloseable {
  private static final Map<String, String> ENVIRONMENT = Map.of("PATH", "/usr/bin:/bin");

  /** What a release brings; launchd/archive.sh has the list too. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.xml,jdk.crypto.ec,jdk.httpserver";

  private final Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final QuickTools tools;
  private final UnpackedRelease release;
  final QuickReceiver receiver;

  FootprintMacs(Path folder) throws Exception {
    this.folder = folder;
    this.receiver = keep(new QuickReceiver(subfolder("nginx"), false, 0));
    this.tools = QuickTools.compile(folder);
    this.release = UnpackedRelease.in(folder.resolve("unpacked"));
  }

  /** The Java that a release brings, made from a JDK. */
  Path runtimeOf(Path jdk) throws Exception {
    Path runtime = folder.resolve("runtime-" + open.size());
    Ended linked =
        Script.run(
            folder,
            ENVIRONMENT,
            jdk.resolve("bin/jlink").toString(),
            "--add-modules",
            MODULES,
            "--strip-java-debug-attributes",
            "--output",
            runtime);
    assertEquals(0, linked.exit(), linked::toString);
    return runtime;
  }

  Rig mac(String name, MacModel model, Map<String, ?> settings) throws IOException {
    Rig rig = keep(Rig.in(subfolder(name), model));
    tools.install(rig.mac.root());
    rig.mac.write(Rig.CA_BUNDLE, receiver.pem());
    Map<String, Object> all = new HashMap<>(settings);
    all.put("endpoint", receiver.address());
    all.put("caBundle", Rig.CA_BUNDLE);
    rig.settings(all);
    return rig;
  }

  /** A Mac whose kext is loaded, and which is looked at and tells of it each second. */
  Rig busyMac(String name) throws IOException {
    Rig rig = mac(name, MacModel.MOJAVE, Map.of());
    rig.mac.approveByProfile();
    rig.mac.restart();
    return rig;
  }

  /** Installs the release there. */
  Path install(Rig rig, Path java, boolean withArchive) throws Exception {
    return release.install(rig, java, withArchive);
  }

  AgentProcess start(Rig rig, List<String> program) throws IOException {
    return keep(rig.start(program));
  }

  Path subfolder(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name.replaceAll("\\W+", "-")));
  }

  <T extends AutoCloseable> T keep(T resource) {
    open.add(resource);
    return resource;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable resource : open) {
      resource.close();
    }
  }
}
