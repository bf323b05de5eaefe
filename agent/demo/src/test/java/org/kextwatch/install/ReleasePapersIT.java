package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;

/** What lies beside a release archive for those who check it. The JDKs are played. */
class ReleasePapersIT extends ArchiveOfARelease {
  /** In the form of the CycloneDX plugin for Maven, which has another list of that name too. */
  private static final String SBOM =
      """
      {
        "bomFormat" : "CycloneDX",
        "specVersion" : "1.6",
        "metadata" : {
          "tools" : {
            "components" : [
              {
                "name" : "a tool"
              }
            ]
          }
        },
        "components" : [
          {
            "name" : "a library"
          }
        ],
        "dependencies" : [ ]
      }
      """;

  private static final String NAME = "kextwatch-0.2.0";

  private Path target;

  @BeforeEach
  void unpackAnArchive() throws IOException {
    archive = unpack("an archive", "0.2.0");
    target = archive.resolve("target");
    Files.writeString(archive.resolve("sbom.cdx.json"), SBOM);
  }

  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void theListNamesEachJavaOfTheReleaseAndItsSource(String shell) throws Exception {
    Path arm = mac("arm", "25.0.1", PlayedJdk.ARM64).home;
    Path intel = mac("intel", "17.0.13", PlayedJdk.X86_64).home;
    Files.writeString(
        arm.resolve("release"),
        """
        IMPLEMENTOR="A \\ "Vendor\t, Inc."
        JAVA_VERSION="25.0.1"
        JAVA_RUNTIME_VERSION="25.0.1+8-LTS"
        SOURCE=".:git:cda0a1776184"
        SOURCE_REPO="https://github.com/adoptium/jdk25u.git"
        """);
    release(shell, "--runtime", arm, "--runtime", intel);
    List<JsonNode> components = components();
    assertEquals(List.of("OpenJDK", "OpenJDK", "a library"), names(components));
    JsonNode first = components.get(0);
    assertEquals("25.0.1", first.get("version").asText());
    assertEquals("pkg:generic/openjdk@25.0.1?arch=arm64", first.get("purl").asText());
    assertEquals("cpe:2.3:a:oracle:openjdk:25.0.1:*:*:*:*:*:*:*", first.get("cpe").asText());
    Map<String, String> properties = new HashMap<>();
    for (JsonNode property : first.get("properties")) {
      properties.put(property.get("name").asText(), property.get("value").asText());
    }
    assertEquals(
        Map.of(
            "kextwatch:IMPLEMENTOR", "A  Vendor Inc.",
            "kextwatch:JAVA_RUNTIME_VERSION", "25.0.1+8-LTS",
            "kextwatch:SOURCE", ".:git:cda0a1776184",
            "kextwatch:SOURCE_REPO", "https://github.com/adoptium/jdk25u.git"),
        properties);
    assertEquals("runtime/x86_64", components.get(1).get("bom-ref").asText());
    assertEquals(Files.readString(list()), Files.readString(unpacked().resolve("sbom.cdx.json")));
  }

  @Test
  void anotherJavaTakesThePlaceOfTheOneBefore() throws Exception {
    release("dash", "--runtime", mac("old", "25.0.1", PlayedJdk.ARM64).home);
    archive = unpacked();
    target = archive.resolve("target");
    release("dash", "--runtime", mac("new", "25.0.2", PlayedJdk.ARM64).home);
    assertEquals(List.of("OpenJDK", "a library"), names(components()));
    assertEquals("25.0.2", components().get(0).get("version").asText());
    release("dash");
    assertEquals(SBOM, Files.readString(list()));
  }

  /** In the form that "sha256sum -c" and "shasum -a 256 -c" read. */
  @ParameterizedTest
  @MethodSource("org.kextwatch.agent.Script#shells")
  void theSumsAreThoseOfArchivePackagesAndList(String shell) throws Exception {
    release("dash");
    Files.writeString(target.resolve(NAME + "-arm64.pkg"), "a package");
    Files.writeString(target.resolve("kextwatch-0.1.0.tar.gz"), "of another version");
    Files.writeString(target.resolve("SHA256SUMS.minisig"), "of other sums");
    release(shell);
    StringBuilder expected = new StringBuilder();
    for (String file : List.of(".tar.gz", "-arm64.pkg", ".cdx.json")) {
      byte[] sum =
          MessageDigest.getInstance("SHA-256")
              .digest(Files.readAllBytes(target.resolve(NAME + file)));
      expected.append(HexFormat.of().formatHex(sum)).append("  ").append(NAME + file).append("\n");
    }
    assertEquals(expected.toString(), Files.readString(target.resolve("SHA256SUMS")));
    assertEquals(0, Script.run(target, environment, "sha256sum", "-c", "SHA256SUMS").exit());
    assertFalse(Files.exists(target.resolve("SHA256SUMS.minisig")));
  }

  /** Its options are those of its manual; that the real one takes them is in ReleaseBuildIT. */
  @Test
  void aKeySignsTheSums() throws Exception {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Script.write(
        bin.resolve("minisign"),
        "printf '%s\\n' \"$*\" >SHA256SUMS.minisig; [ ! -e '" + bin.resolve("fail") + "' ]");
    environment.put("PATH", bin + ":/usr/bin:/bin");
    Files.writeString(folder.resolve("a key"), "secret");
    release("dash", "--key", "a key");
    assertEquals(
        "-S -s %s -m SHA256SUMS -c %s -t %2$s\n".formatted(folder.resolve("a key"), NAME),
        Files.readString(target.resolve("SHA256SUMS.minisig")));
    Files.writeString(bin.resolve("fail"), "");
    Ended refused = run("dash", "--key", "a key");
    assertEquals(70, refused.exit(), refused::toString);
    Ended missing = run("dash", "--key", "no such key");
    assertEquals(64, missing.exit(), missing::toString);
    assertTrue(missing.err().contains("cannot read " + folder.resolve("no such key")));
  }

  @Test
  void anArchiveWithoutAListSaysSo() throws Exception {
    Files.delete(archive.resolve("sbom.cdx.json"));
    Ended ended = release("dash");
    assertTrue(ended.err().contains("this archive has no sbom.cdx.json"), ended::err);
    assertFalse(Files.exists(list()));
  }

  private Path list() {
    return target.resolve(NAME + ".cdx.json");
  }

  private List<JsonNode> components() throws IOException {
    List<JsonNode> found = new ArrayList<>();
    new ObjectMapper().readTree(list().toFile()).get("components").forEach(found::add);
    return found;
  }

  private static List<String> names(List<JsonNode> components) {
    return components.stream().map(component -> component.get("name").asText()).toList();
  }

  private Ended release(String shell, Object... options) throws Exception {
    Ended ended = run(shell, options);
    assertEquals(0, ended.exit(), ended::toString);
    return ended;
  }

  private Path unpacked() throws Exception {
    Path to = Files.createDirectories(folder.resolve("unpacked"));
    Path packed = target.resolve(NAME + ".tar.gz");
    assertEquals(0, Script.run(to, environment, "tar", "-xpzf", packed).exit());
    return to.resolve(NAME);
  }
}
