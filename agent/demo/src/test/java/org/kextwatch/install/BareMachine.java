package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** install.sh on a machine that has only the tools which a test gives it. */
@ParameterizedClass
@MethodSource("org.kextwatch.agent.Script#shells")
abstract class BareMachine {
  static final List<String> EVERYWHERE =
      List.of(
          "sh",
          "awk",
          "cat",
          "chmod",
          "dirname",
          "env",
          "find",
          "ls",
          "mkdir",
          "printf",
          "readlink",
          "sed");
  static final List<String> CHECKERS =
      List.of(
          "shellcheck",
          "checkbashisms",
          "dash",
          "zsh",
          "posh",
          "busybox",
          "faketime",
          "strace",
          "ps");
  static final String MAVEN =
      """
      case $* in
        *--version) echo 'Apache Maven %s (Debian)'; exit ;;
      esac
      printf 'mvn %%s in %%s with %%s\\n' "$*" "$PWD" "$JAVA_HOME" >>"$LOG"
      mkdir -p agent/target/dist/bin
      printf '#!/bin/sh\\nprintf "<%%%%s>" "$@"\\n' >agent/target/dist/bin/kextwatch
      chmod 755 agent/target/dist/bin/kextwatch
      """;

  @Parameter String shell;
  @TempDir Path temp;

  final Map<String, String> environment = new HashMap<>();
  Path clone;
  Path bin;
  private Path log;

  @BeforeEach
  void cloneOntoABareMachine() throws IOException {
    Path machine = temp.toRealPath();
    clone = machine.resolve("a clone");
    Script.copyInstaller(clone);
    Files.copy(Script.REPOSITORY.resolve("pom.xml"), clone.resolve("pom.xml"));
    Files.createDirectories(clone.resolve(".mvn"));
    for (String module : List.of("agent", "agent/simulator", "agent/demo")) {
      Path sources = Files.createDirectories(clone.resolve(module).resolve("src/main/java"));
      Files.createFile(sources.resolve("Source.java"));
      Files.createFile(clone.resolve(module).resolve("pom.xml"));
    }
    setTime(Instant.parse("2026-01-01T00:00:00Z"));

    bin = Files.createDirectory(machine.resolve("bin"));
    for (String tool : EVERYWHERE) {
      Path real =
          Stream.of("/usr/bin", "/bin")
              .map(folder -> Path.of(folder, tool))
              .filter(Files::exists)
              .findFirst()
              .orElseThrow();
      Files.createSymbolicLink(bin.resolve(tool), real);
    }
    log = Files.createFile(machine.resolve("log"));
    Path jdk = machine.resolve("jdk");
    Script.write(jdk.resolve("bin/javac"), "echo javac 17.0.15");
    environment.put("PATH", bin.toString());
    environment.put("LOG", log.toString());
    environment.put("JAVA_HOME", jdk.toString());
    tool("uname", "echo Linux");
    tool("id", "echo 1000");
  }

  void giveEverything() throws IOException {
    tool("mvn", MAVEN.formatted("3.8.7"));
    emptyTool("sqlite3");
    emptyTool("openssl");
  }

  void emptyTool(String name) {
    try {
      tool(name, "");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  void tool(String name, String body) throws IOException {
    Script.write(bin.resolve(name), body);
  }

  String calls() throws IOException {
    return Files.readString(log);
  }

  void forgetCalls() throws IOException {
    Files.writeString(log, "");
  }

  void setTime(Instant time) throws IOException {
    try (Stream<Path> files = Files.walk(clone)) {
      for (Path file : files.filter(f -> !f.startsWith(clone.resolve("agent/target"))).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(time));
      }
    }
  }

  Ended run(String... arguments) throws Exception {
    Object[] all =
        Stream.concat(Stream.of(clone.resolve("install.sh")), Stream.of(arguments)).toArray();
    return Script.run(temp, environment, shell, all);
  }

  void assertRefused(int exit, String why, String... arguments) throws Exception {
    Ended ended = run(arguments);
    assertEquals(exit, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    assertTrue(ended.err().startsWith("install.sh: "), ended::err);
    assertTrue(ended.err().contains(why), ended::err);
  }
}
