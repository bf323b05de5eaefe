package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** The last commit, built twice by the real Maven, jlink and minisign. It needs all three. */
@Tag("soak")
class ReleaseBuildIT {
  private static final String JAVA = System.getProperty("java.home");
  private static final String CLONE_AND_BUILD =
      """
      set -eu
      umask "$1"
      git clone -q "$2" "$3"
      cd "$3"
      ./install.sh --release --runtime "$4" --key "$5"
      """;

  @TempDir Path temp;
  private final Map<String, String> environment = new HashMap<>(System.getenv());

  /** Two builds take longer than any other test may wait, on a busy machine. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.HOURS)
  void twoFoldersMakeTheSameBytesAndTheKeyProvesThem() throws Exception {
    Path folder = temp.toRealPath();
    Path key = folder.resolve("key");
    Path publicKey = folder.resolve("key.pub");
    run(folder, "minisign", "-G", "-W", "-s", key, "-p", publicKey);

    environment.put("JAVA_HOME", JAVA);
    Path first = build(folder.resolve("one"), "022", key);
    environment.put("TZ", "Pacific/Kiritimati");
    environment.put("LC_ALL", "C");
    Path second = build(folder.resolve("another folder"), "077", key);

    Set<String> made = new TreeSet<>();
    try (Stream<Path> files = Files.list(first)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        if (name.matches("kextwatch-[0-9.]+\\.(tar\\.gz|cdx\\.json)|SHA256SUMS.*")) {
          made.add(name.replaceFirst("kextwatch-[0-9.]*[0-9]", "kextwatch"));
          assertArrayEquals(
              Files.readAllBytes(file), Files.readAllBytes(second.resolve(name)), name);
        }
      }
    }
    assertEquals(
        Set.of("SHA256SUMS", "SHA256SUMS.minisig", "kextwatch.cdx.json", "kextwatch.tar.gz"), made);
    run(first, "sha256sum", "-c", "SHA256SUMS");
    assertListed(first);

    run(first, "minisign", "-V", "-m", "SHA256SUMS", "-p", publicKey);
    Files.writeString(first.resolve("SHA256SUMS"), "another\n");
    Ended forged =
        Script.run(first, environment, "minisign", "-V", "-m", "SHA256SUMS", "-p", publicKey);
    assertNotEquals(0, forged.exit(), forged::toString);
  }

  private Path build(Path clone, String umask, Path key) throws Exception {
    run(temp, "sh", "-c", CLONE_AND_BUILD, "sh", umask, Script.REPOSITORY, clone, JAVA, key);
    return clone.resolve("agent/target");
  }

  /** Each jar is in the list, but that of the demo, for which the release stands; and the Java. */
  private static void assertListed(Path target) throws Exception {
    Set<String> jars = new TreeSet<>(Set.of("OpenJDK"));
    for (String part : List.of("dist/lib", "dist/demo")) {
      try (Stream<Path> files = Files.list(target.resolve(part))) {
        files
            .map(jar -> jar.getFileName().toString().replaceFirst("\\.jar$", ""))
            .filter(jar -> !jar.startsWith("kextwatch-demo-"))
            .forEach(jars::add);
      }
    }
    Path list;
    try (Stream<Path> files = Files.list(target)) {
      list = files.filter(file -> file.toString().endsWith(".cdx.json")).findFirst().orElseThrow();
    }
    Set<String> listed = new TreeSet<>();
    for (JsonNode component : new ObjectMapper().readTree(list.toFile()).get("components")) {
      String name = component.get("name").asText();
      listed.add(name.equals("OpenJDK") ? name : name + "-" + component.get("version").asText());
      assertTrue(component.get("licenses").size() > 0, name);
    }
    assertEquals(jars, listed);
  }

  private void run(Path folder, Object... command) throws Exception {
    Ended ended = Script.run(folder, environment, command[0].toString(), rest(command));
    assertEquals(0, ended.exit(), ended::toString);
  }

  private static Object[] rest(Object[] command) {
    return Stream.of(command).skip(1).toArray();
  }
}
