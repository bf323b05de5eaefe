package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.cli.Program;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.simulator.SimulatedMac;
import picocli.CommandLine;

/** What a helper from afar gets, and what never leaves the Mac. */
class SupportArchiveTest {
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";
  private static final String KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  private static final List<String> CANARIES =
      List.of(
          KEY,
          "CANARY-path",
          "CANARY-query",
          "CANARY-token",
          "CANARY-header",
          "CANARY-secret",
          "CANARY-other",
          "CANARY-user",
          "CANARY-login",
          "CANARY-passphrase");

  @TempDir private Path folder;

  private SimulatedMac mac;

  @BeforeEach
  void aMacFullOfSecrets() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    settings("full");
    secret("authorization", "Bearer CANARY-token");
    secret("headers", "X-Secret: CANARY-secret\nX-Other: Key httpCANARY-other");
    secret("proxy", "CANARY-user:CANARY-login");
    secret("passphrase", "CANARY-passphrase");
    Check.run(SystemRoot.at(mac.root()), false, false);
    mac.write("/private/var/db/kextwatch/spool/new/an-event.json", "{}");
    mac.write(
        "/Library/Logs/Kextwatch/agent-0.log",
        """
        posted to https://fleet.example.com/hooks/CANARY-path?t=CANARY-query and
        https://CANARY-user:CANARY-login@fleet.example.com/x
        Authorization: Bearer CANARY-token
        header X-Key was CANARY-header, X-Secret CANARY-secret, X-Other httpCANARY-other, key %s, whsec_%s
        passphrase CANARY-passphrase of /Users/anna/x on C02XK0AAJG5H
        """
            .formatted(KEY, KEY));
  }

  @Test
  void thePathThatWasWrittenIsToldWhole() {
    Path file = folder.resolve("x.zip").toAbsolutePath();
    Path here = Path.of("").toAbsolutePath();
    StringWriter out = new StringWriter();
    CommandLine program = Program.commandLine().setOut(new PrintWriter(out, true));
    String root = mac.root().toString();
    assertEquals(0, program.execute("--root", root, "support", here.relativize(file).toString()));
    assertEquals(file + "\n", out.toString());
  }

  @Test
  void itHoldsWhatHelpsAndNoSecret() throws Exception {
    Path file = write();

    Map<String, String> texts = read(file);
    assertEquals(
        List.of(
            "doctor.json",
            "doctor.txt",
            "logs/agent-0.log",
            "settings.txt",
            "spool.txt",
            "state.json",
            "status.json",
            "versions.txt"),
        List.copyOf(texts.keySet()));
    texts.forEach(
        (name, text) -> {
          assertFalse(text.startsWith("It cannot be read"), name + ": " + text);
          CANARIES.forEach(canary -> assertFalse(text.contains(canary), name + ": " + canary));
        });
    String log = texts.get("logs/agent-0.log");
    assertTrue(log.contains("posted to https://fleet.example.com and"), log);
    assertTrue(log.contains("X-Secret ***, X-Other ***,"), log);
    assertTrue(log.contains("/Users/anna/x on C02XK0AAJG5H"), log);
    assertTrue(texts.get("status.json").contains("\"verdict\":\"at_risk\""));
    assertTrue(texts.get("state.json").contains("\"streamId\""));
    assertFalse(texts.get("state.json").contains("hardwareUuid"));
    assertEquals(
        List.of(
            "endpoint https://localhost local",
            "headers {\"X-Key\":\"***\"} local",
            "healthIntervalSeconds 300 default"),
        texts
            .get("settings.txt")
            .lines()
            .map(line -> line.replaceAll(" +", " "))
            .filter(line -> line.matches("(endpoint|headers|healthIntervalSeconds) .*"))
            .toList());
    assertTrue(texts.get("spool.txt").contains("new/an-event.json"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
  }

  @Test
  void aMinimalIdentityHoldsInTheArchiveToo() throws Exception {
    settings("minimal");
    read(write())
        .forEach(
            (name, text) -> {
              assertFalse(text.contains("C02XK0AAJG5H"), name + ": " + text);
              assertFalse(text.contains("anna"), name);
            });
  }

  @Test
  void aSerialIdentityHoldsInTheArchiveToo() throws Exception {
    settings("serial");
    Map<String, String> texts = read(write());
    texts.forEach(
        (name, text) -> assertFalse(text.toLowerCase(Locale.ROOT).contains("anna"), name));
    assertTrue(texts.get("status.json").contains("C02XK0AAJG5H"), texts.get("status.json"));
  }

  @Test
  void aLongLogIsCutAtTheStartOfALine() throws Exception {
    mac.write("/Library/Logs/Kextwatch/agent-0.log", "a line of the log\n".repeat(100_000));
    String log = read(write()).get("logs/agent-0.log");
    assertTrue(log.length() <= 512 << 10);
    assertTrue(log.startsWith("a line of the log\n"));
  }

  /** A secret may have been cut where the end begins, and then nobody knows it. */
  @Test
  void ofALineThatIsLongerThanTheEndNothingIsTaken() throws Exception {
    mac.write("/Library/Logs/Kextwatch/agent-0.log", "CANARY-path".repeat(60_000));
    assertEquals("", read(write()).get("logs/agent-0.log"));
  }

  @Test
  void aMacWithoutAnythingStillGetsOne() throws Exception {
    for (String gone : List.of(SUPPORT + "status.json", "/private/var/db/kextwatch/state.json")) {
      Files.delete(mac.path(gone));
    }
    Map<String, String> texts = read(write());
    assertTrue(texts.get("status.json").startsWith("It cannot be read"));
    assertTrue(texts.get("doctor.txt").contains("fail"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsThereIsNeitherReplacedNorFollowed(boolean isLink) throws Exception {
    Path file = folder.resolve("support.zip");
    Path other = folder.resolve("other");
    if (isLink) {
      Files.createSymbolicLink(file, other);
    } else {
      Files.writeString(file, "mine");
    }
    assertThrows(FileAlreadyExistsException.class, this::write);
    assertFalse(Files.exists(other));
    assertTrue(isLink || Files.readString(file).equals("mine"));
  }

  @Test
  void aFullDiskIsLeftAsItWas() throws Exception {
    Path file = folder.resolve("support.zip");
    Disk full =
        new Disk() {
          @Override
          public void create(Path path, byte[] content, Set<PosixFilePermission> permissions)
              throws IOException {
            Files.write(path, new byte[] {'P', 'K'});
            throw new IOException("No space left on device");
          }
        };
    SupportArchive archive = SupportArchive.of(SystemRoot.at(mac.root()), true);
    assertThrows(IOException.class, () -> archive.write(file, full));
    assertFalse(Files.exists(file));
  }

  private Path write() throws Exception {
    Path file = folder.resolve("support.zip");
    SupportArchive.of(SystemRoot.at(mac.root()), true).write(file);
    return file;
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        byte[] bytes = zip.getInputStream(entry).readAllBytes();
        texts.put(
            entry.getName().replaceFirst("^kextwatch/", ""),
            new String(bytes, StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  private void settings(String identity) {
    mac.prepareForAgent(
        Map.of(
            "endpoint",
            "https://localhost:1/hooks/CANARY-path?t=CANARY-query",
            "headers",
            Map.of("X-Key", "CANARY-header"),
            "authorizationFile",
            SUPPORT + "authorization",
            "secretHeadersFile",
            SUPPORT + "headers",
            "proxyCredentialsFile",
            SUPPORT + "proxy",
            "clientKeystorePasswordFile",
            SUPPORT + "passphrase",
            "proxy",
            "none",
            "deviceIdentity",
            identity),
        "whsec_" + KEY);
  }

  private void secret(String name, String content) throws IOException {
    Path file = Files.writeString(mac.path(SUPPORT + name), content + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
