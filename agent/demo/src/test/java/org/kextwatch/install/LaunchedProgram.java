package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The launcher in every shell, with Javas that only tell what they were given. */
@ParameterizedClass
@MethodSource("org.kextwatch.agent.Script#shells")
abstract class LaunchedProgram {
  static final String TELL = "for a; do printf '<%s>\\n' \"$a\"; done; /usr/bin/env";

  @Parameter String shell;
  @TempDir Path temp;

  final Map<String, String> environment = new HashMap<>();
  Path home;
  Path launcher;

  @BeforeEach
  void installAProgram() throws IOException {
    home = temp.toRealPath().resolve("a program");
    launcher =
        Script.copy(
            Script.AGENT.resolve("src/main/sh/kextwatch"),
            home.resolve("bin").resolve("kextwatch"));
    Files.createDirectory(home.resolve("lib"));
    for (String jar : List.of("b.jar", "a.jar", "c.jar")) {
      Files.createFile(home.resolve("lib").resolve(jar));
    }
    environment.put("PATH", "/nowhere");
    environment.put("JAVA_HOME", java("jdk", "17.0.15", TELL).toString());
  }

  /** Moves it to where it is on a Mac, and returns that Mac. */
  Path moveOntoAMac() throws IOException {
    Path mac = temp.toRealPath().resolve("mac");
    Path release = mac.resolve("Library/Application Support/Kextwatch/releases/0.1.0");
    Files.createDirectories(release.getParent());
    home = Files.move(home, release);
    launcher = release.resolve("bin/kextwatch");
    return mac;
  }

  Path java(String name, String version, String body) throws IOException {
    Path java = temp.toRealPath().resolve(name);
    Script.write(java.resolve("bin/java"), body);
    Files.createDirectories(java.resolve("lib"));
    if (version != null) {
      Files.writeString(
          java.resolve("release"),
          "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\nJAVA_VERSION_DATE=\"2026-01-20\"\n"
              .formatted(version));
    }
    return java;
  }

  Ended run(Object... arguments) throws Exception {
    Object[] all = new Object[arguments.length + 1];
    all[0] = launcher;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Script.run(temp, environment, shell, all);
  }

  String succeed(Object... arguments) throws Exception {
    Ended ended = run(arguments);
    assertEquals(0, ended.exit(), ended::toString);
    assertEquals("", ended.err());
    return ended.out();
  }

  /** Returns what it said. */
  String assertRefused(String why) throws Exception {
    Ended ended = run("run");
    assertEquals(70, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().startsWith("kextwatch: "), ended::err);
    assertTrue(ended.err().contains(why), ended::err);
    return ended.err();
  }
}
