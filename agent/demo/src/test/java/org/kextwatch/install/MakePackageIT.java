package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** install.sh --package, with stand-ins of Apple's tools that take only what their manuals have. */
class MakePackageIT extends PackagedMac {
  @BeforeEach
  void addWhatOnlyAnArchiveHas() throws IOException {
    for (String file : List.of("dist/demo/demo.jar", "launchd/mdm/x", "launchd/profiles/x")) {
      Files.createDirectories(archive.resolve(file).getParent());
      Files.writeString(archive.resolve(file), "");
    }
    Files.writeString(archive.resolve("LICENSE"), "");
  }

  @ConcurrentTest
  void thePayloadIsWhatAMacNeedsToInstall() throws Exception {
    Ended made = make();
    assertDone(made);
    assertTrue(made.err().contains("it has no Java: each Mac needs one of its own"), made::err);
    assertTrue(made.err().contains("it is not signed"), made::err);
    MacPackage first = expand();
    assertEquals(
        List.of(LABEL, "0.1.0", "/Library/Application Support/Kextwatch/package"), first.info());
    assertEquals(
        new TreeSet<>(
            List.of(
                "LICENSE",
                "dist/bin/kextwatch",
                "dist/lib/a library.jar",
                "dist/lib/kextwatch-agent-0.1.0.jar",
                "install.sh",
                "launchd/checks.sh",
                "launchd/classes.sh",
                "launchd/job.sh",
                "launchd/link.sh",
                "launchd/lock.sh",
                "launchd/org.kextwatch.agent.plist",
                "launchd/release.sh",
                "launchd/removal.sh",
                "launchd/runtime.sh",
                "options")),
        files(first.payload()));
    assertEquals("", Files.readString(first.payload().resolve("options")));
    assertEquals("rwxr-xr-x", mode(first.payload().resolve("install.sh")));
    assertEquals("rw-r--r--", mode(first.payload().resolve("dist/lib/a library.jar")));
    assertEquals("10.13", attribute(first, "os-version", "min"));
    assertEquals("arm64,x86_64", attribute(first, "options", "hostArchitectures"));
    assertEquals("0.1.0", attribute(first, "pkg-ref", "version"));
  }

  private static Set<String> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> folder.relativize(file).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Of the last element of a name, in the distribution. */
  private static String attribute(MacPackage made, String name, String attribute) throws Exception {
    byte[] text = made.distribution().getBytes(StandardCharsets.UTF_8);
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(text))
            .getDocumentElement();
    assertEquals("installer-gui-script", root.getTagName());
    Node last =
        root.getElementsByTagName(name).item(root.getElementsByTagName(name).getLength() - 1);
    return ((Element) last).getAttribute(attribute);
  }

  @ConcurrentTest
  void theJavasInsideSayWhichMacsItIsFor() throws Exception {
    java("arm64", "11.0");
    assertDone(make());
    assertEquals("11.0", attribute(expand(), "os-version", "min"));
    assertEquals("arm64", attribute(expand(), "options", "hostArchitectures"));
    java("x86_64", "10.15");
    Ended made = make();
    assertTrue(
        made.err().contains("it has a Java for arm64,x86_64, for macOS 10.15 or later"), made::err);
    assertEquals("10.15", attribute(expand(), "os-version", "min"));
    assertEquals("arm64,x86_64", attribute(expand(), "options", "hostArchitectures"));

    Files.delete(archive.resolve("runtime/x86_64/minimum-macos"));
    assertFailed(70, "the Java in runtime/x86_64 is not for Macs", make());
    Files.createFile(archive.resolve("runtime/arm64/Info.plist"));
    Files.writeString(archive.resolve("runtime/x86_64/minimum-macos"), "11\n");
    assertFailed(70, "a bundle is in the release", make());
  }

  @ConcurrentTest
  void itIsSignedByTheGivenIdentity() throws Exception {
    String identity = "Developer ID Installer: Example (ABCDE12345)";
    Ended made = make("--sign", identity);
    assertDone(made);
    Path file = file();
    assertTrue(made.err().contains("xcrun notarytool submit '" + file + "' "), made::err);
    List<String> called = Files.readAllLines(calls);
    assertTrue(
        called
            .get(called.size() - 2)
            .startsWith("productsign --sign " + identity + " --timestamp "),
        called::toString);
    assertEquals("pkgutil --check-signature " + file, called.get(called.size() - 1));

    assertFailed(70, "productsign failed: ", make("--sign", "nobody"));
    assertFalse(Files.exists(file), "an older one is not taken for this one");
  }

  @ConcurrentTest
  void settingsAndSecretAreInsideOnlyIfAskedForWhichIsTold() throws Exception {
    Path config = file("my config", "{ \"endpoint\": \"https://x.example.com\" }\n");
    Path secret = file("my secret", SECRET + "\n");
    Ended made = make("--java", runtime, "--config", config, "--secret-file", secret);
    assertDone(made);
    assertTrue(made.err().contains("the package has settings in it"), made::err);
    assertTrue(made.err().contains("the package has the webhook's secret in it"), made::err);
    assertFalse((made.err() + Files.readString(calls)).contains("AAECAwQF"), made::err);
    Path payload = expand().payload();
    assertEquals(Files.readString(config), Files.readString(payload.resolve("config.json")));
    assertEquals(SECRET + "\n", Files.readString(payload.resolve("secret")));
    assertEquals("rw-------", mode(payload.resolve("secret")));
    assertEquals("--java\n" + runtime + "\n", Files.readString(payload.resolve("options")));

    assertDone(make("--java", runtime, "--no-archive", "--endpoint", "https://x.example.com/y"));
    payload = expand().payload();
    assertEquals(
        "--java\n" + runtime + "\n--no-archive\n--endpoint\nhttps://x.example.com/y\n",
        Files.readString(payload.resolve("options")));
    assertFalse(Files.exists(payload.resolve("secret")));
  }

  @ConcurrentTest
  void badSettingsAreToldBeforeAnythingIsMade() throws Exception {
    Path bad = file("bad", "{\"healthIntervalSeconds\": 5}");
    String why = bad + " is refused: ";
    assertFailed(78, why, make("--java", runtime, "--config", bad));
    why = bad + " holds no webhook secret";
    assertFailed(78, why, make("--java", runtime, "--secret-file", bad));
    why = "the --endpoint is no URL";
    assertFailed(78, why, make("--java", runtime, "--endpoint", "nowhere"));
    assertEquals("", Files.readString(calls));
    assertFalse(Files.exists(file()));
  }

  @ConcurrentTest
  void wrongUsageAndAMachineThatIsNoMacAreTold() throws Exception {
    assertFailed(64, "unknown option for --package: --root", make("--root", "/"));
    assertFailed(64, "--sign needs a value", make("--sign"));
    assertFailed(64, "give an absolute path", make("--java", "jdk"));
    assertFailed(
        64, "give --endpoint or --config, not both", make("--endpoint", "x", "--config", "y"));
    for (String tool : List.of("pkgbuild", "productbuild", "pkgutil")) {
      Files.move(bin.resolve(tool), bin.resolve("aside"));
      assertFailed(69, "there is no " + tool + " here", make());
      Files.move(bin.resolve("aside"), bin.resolve(tool));
    }
    Script.write(bin.resolve("pkgbuild"), "echo 'no space left' >&2; exit 1");
    assertFailed(70, "pkgbuild failed: no space left", make());
  }
}
