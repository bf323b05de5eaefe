package org.kextwatch.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** A Mac that packages are made on, by stand-ins of Apple's tools, and installed on. */
abstract class PackagedMac extends InstalledMac {
  /** Each call of a tool of Apple's. */
  Path calls;

  private int expanded;

  @BeforeEach
  void addAppleTools() throws Exception {
    calls = file("calls", "");
    for (String part : List.of("distribution.xml", "preinstall", "postinstall")) {
      Path from = Script.REPOSITORY.resolve("launchd/package").resolve(part);
      Path to = archive.resolve("launchd/package").resolve(part);
      Files.createDirectories(to.getParent());
      Files.writeString(to, Files.readString(from)); // without the execute bit, as in an archive
    }
    for (String tool : List.of("pkgbuild", "productbuild", "productsign", "pkgutil")) {
      String text = Files.readString(StrictTools.SIMULATED.resolve("apple").resolve(tool));
      String path = "#!/bin/sh\nPATH=/usr/bin:/bin\n";
      Path stub = Script.write(bin.resolve(tool), "");
      Files.writeString(
          stub, text.replaceFirst("#!/bin/sh\n", path).replace("LOG", calls.toString()));
    }
  }

  Ended make(Object... options) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(archive.resolve("install.sh"), "--package"), Stream.of(options))
            .toArray();
    return Script.run(temp, environment, shell, all);
  }

  Path file() throws IOException {
    String version = "";
    try (Stream<Path> jars = Files.list(archive.resolve("dist/lib"))) {
      for (Path jar : jars.filter(jar -> jar.toString().contains("-agent-")).toList()) {
        version = jar.getFileName().toString().replaceAll("kextwatch-agent-|\\.jar", "");
      }
    }
    return archive.resolve("target/kextwatch-" + version + ".pkg");
  }

  MacPackage expand() throws Exception {
    expanded++;
    return MacPackage.expand(file(), temp.toRealPath().resolve("package " + expanded));
  }

  /** Adds a Java of the archive. */
  void java(String architecture, String minimum) throws IOException {
    Path image = archive.resolve("runtime").resolve(architecture);
    Script.copy(StrictTools.SIMULATED.resolve("java"), image.resolve("bin/java"));
    Files.createDirectories(image.resolve("lib"));
    Files.writeString(image.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Files.writeString(image.resolve("minimum-macos"), minimum + "\n");
  }
}
