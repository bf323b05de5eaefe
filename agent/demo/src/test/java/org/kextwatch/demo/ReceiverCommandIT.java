package org.kextwatch.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

class ReceiverCommandIT {
  @ParameterizedTest
  @ValueSource(strings = {"demo", "receive"})
  void aJavaWithoutAnHttpServerIsNamed(String command) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path dist = Script.AGENT.resolve("target/dist");

    Ended ended =
        Script.run(
            Path.of("/"),
            Map.of(),
            java.toString(),
            "--limit-modules",
            "java.se",
            "-cp",
            dist + "/lib/*:" + dist + "/demo/*",
            "org.kextwatch.agent.cli.Main",
            command);

    String needs = "kextwatch: \"%s\" needs the Java module jdk.httpserver, and %s lacks it.";
    assertEquals(
        new Ended(
            69,
            "",
            needs.formatted(command, System.getProperty("java.home"))
                + " Set JAVA_HOME to a JDK.\n"),
        ended);
  }
}
