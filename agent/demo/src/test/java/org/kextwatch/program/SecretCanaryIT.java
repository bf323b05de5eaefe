package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.cli.Program;
import org.kextwatch.install.Launchd;
import org.kextwatch.install.StrictTools;
import picocli.CommandLine;

/**
 * A secret in every place that may hold one, from the install to the removal: none is in any other
 * file, event, output, argument or environment, whatever goes wrong meanwhile.
 */
class SecretCanaryIT {
  private static final String SUPPORT = "/Library/Application Support/Kextwatch/";
  private static final String KEY = Rig.SECRET.substring("whsec_".length());
  private static final String OLD_KEY = "gBFT7UZZqMjwUrNbfeH8Z8U9sgM3vKD36wSXhkk47Jk=";
  private static final String ADDRESS = "AddressCanary4kd81mzq";
  private static final String HEADER = "HeaderCanary93abk2vx";
  private static final String LOGIN = "LoginCanary7d1fq8wz";
  private static final String SECRET_HEADER = "KeyHeaderCanary5d1ep3rt";
  private static final String PROXY_LOGIN = "ProxyCanary2b8cn6yu";
  private static final String PASSWORD = "PasswordCanary6f0zt4hj";
  private static final String MISPLACED = "MisplacedCanary1s5gx7ke";

  private static final String EXPORTED = "ExportedCanary8j4ty0pw";

  /** What an administrator's shell may have exported. */
  private static final Map<String, String> SHELL =
      Map.of(
          "JAVA_TOOL_OPTIONS", "-Dsecret=" + EXPORTED,
          "HTTPS_PROXY", "http://user:" + EXPORTED + "@proxy.example:3128",
          "WEBHOOK_SECRET", EXPORTED);

  private static final Canaries CANARIES =
      new Canaries()
          .with("secret", KEY.substring(0, KEY.length() - 1))
          .with("key", Base64.getDecoder().decode(KEY))
          .with("previous secret", OLD_KEY.substring(0, OLD_KEY.length() - 1))
          .with("previous key", Base64.getDecoder().decode(OLD_KEY))
          .with("address", ADDRESS)
          .with("header", HEADER)
          .with("login", LOGIN)
          .with("secret header", SECRET_HEADER)
          .with("proxy's login", PROXY_LOGIN)
          .with("keystore's password", PASSWORD)
          .with("misplaced secret", MISPLACED)
          .with("exported secret", EXPORTED);

  /** The setting and what an operator may write into its file by mistake. */
  private static final Map<String, String> MISTAKES =
      Map.of(
          "authorizationFile", "Authorization: Bearer " + LOGIN,
          "secretHeadersFile", "X-Secret " + SECRET_HEADER,
          "previousSecretFile", "whsec_" + OLD_KEY + "!",
          "secretFile", "secret=" + KEY,
          "endpointFile", "ftp://fleet.example/" + ADDRESS,
          "proxyCredentialsFile", PROXY_LOGIN,
          "clientKeystorePasswordFile", PASSWORD + "x");

  private static final List<String> TYPES =
      List.of(
          "agent.started",
          "status.changed",
          "status.heartbeat",
          "extension.load_attempted",
          "webhook.test");

  @TempDir Path temp;
  private final StringWriter printed = new StringWriter();
  private final Set<Path> given = new HashSet<>();
  private Rig rig;
  private Launchd launchd;
  private Path archive;
  private Path bin;

  @BeforeEach
  void aReleaseBesideAMacFullOfSecrets() throws Exception {
    temp = temp.toRealPath();
    rig = Rig.in(temp);
    launchd = Launchd.of(rig.mac.root(), Duration.ofSeconds(1));
    launchd.settleSeconds = 1;
    archive = temp.resolve("archive");
    Script.copyInstaller(archive);
    String plist = "launchd/org.kextwatch.agent.plist";
    Files.copy(Script.REPOSITORY.resolve(plist), archive.resolve(plist));
    Ended copied =
        Script.run(
            temp,
            Map.of("PATH", "/usr/bin:/bin"),
            "cp -R",
            Script.AGENT.resolve("target/dist"),
            archive.resolve("dist"));
    assertEquals(0, copied.exit(), copied::toString);
    bin = Files.createDirectory(temp.resolve("bin"));
    StrictTools.watch(bin, temp.resolve("processes"));
    Files.writeString( // and each tool of the Mac
        rig.mac.path("/sim/stub.sh"),
        "\n" + StrictTools.noting(temp.resolve("processes")),
        StandardOpenOption.APPEND);
    secret("login", "Bearer " + LOGIN);
    secret("keys", "X-Secret: " + SECRET_HEADER);
    secret("previous", "whsec_" + OLD_KEY);
    secret("address", rig.endpoint() + "?token=" + ADDRESS);
    secret("proxy", "kextwatch:" + PROXY_LOGIN);
    secret("password", PASSWORD);
    keystore();
    rig.settings(settings(Map.of()));
    secret("secret", "whsec_" + KEY);
    // What the administrator wrote; the last good values are the settings once more, as closed.
    given.add(rig.mac.path(SUPPORT + "config.json"));
    given.add(rig.mac.path("/private/var/db/kextwatch/settings.json"));
  }

  @AfterEach
  void shutDown() throws IOException {
    launchd.close();
    rig.close();
  }

  @Test
  void noSecretIsWrittenAnywhereNorGivenToAnyProcess() throws Exception {
    install("--java", System.getProperty("java.home"));
    everyCommand("webhook", "test", "--json");
    assertEquals(1, rig.inbound.ofType("webhook.test").size(), printed::toString);
    rig.inbound.await("status.changed", "awaiting_approval");
    rig.inbound.await("extension.load_attempted", "");
    rig.inbound.await("status.heartbeat", ""); // before a mistake holds the next ones back
    note(launchd.pid());
    for (Map.Entry<String, String> mistake : MISTAKES.entrySet()) {
      make(mistake.getKey(), mistake.getValue());
    }
    beRefusedByAProxy();
    misplaceSecrets();
    crash();
    everyCommand("doctor");
    everyCommand("support", temp.resolve("support.zip"));
    Ended check = rig.kextwatchIn(SHELL, "check", "--json"); // one of them as its own process
    printed.append(check.out()).append(check.err());
    install("--uninstall");

    for (String type : TYPES) {
      assertFalse(rig.inbound.ofType(type).isEmpty(), type);
      rig.inbound.ofType(type).forEach(event -> printed.append(event.body()).append('\n'));
    }
    assertTrue(Files.size(rig.mac.path("/Library/Logs/Kextwatch/agent.log")) > 0, "no log");
    assertTrue(Files.readString(temp.resolve("processes")).contains("KEXTWATCH_RUN"), "no tool");
    assertEquals(List.of(), CANARIES.in(printed.toString()));
    assertEquals(List.of(), CANARIES.below(temp, given));
    for (Path file : given) {
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
      assertTrue(mode.matches("rw-[r-]-----"), () -> file + " " + mode);
    }
  }

  /** The search itself must find what is there. */
  @Test
  void everyFormOfASecretWouldBeFound() throws IOException {
    Path place = Files.createDirectory(temp.resolve("place"));
    assertTrue(CANARIES.count() > 10);
    for (Map.Entry<String, String> form : CANARIES.forms().entrySet()) {
      byte[] leak = ("x" + form.getValue() + "y").getBytes(StandardCharsets.ISO_8859_1);
      Files.write(place.resolve("leak"), leak);
      assertTrue(CANARIES.below(place, Set.of()).toString().contains(form.getKey()), form::getKey);
    }
  }

  /** An operator makes a mistake, and looks what is wrong. */
  private void make(String setting, String wrong) throws Exception {
    String path = (String) settings(Map.of()).getOrDefault(setting, SUPPORT + "secret");
    Path file = rig.mac.path(path);
    String right = Files.readString(file);
    Files.writeString(file, wrong + "\n");
    daemonSays(setting);
    everyCommand("webhook", "test", "--json");
    everyCommand("config", "validate");
    Files.writeString(file, right);
  }

  /** Java writes its report, and launchd starts the daemon again. */
  private void crash() throws Exception {
    long pid = launchd.pid();
    assertEquals(0, new ProcessBuilder("kill", "-SEGV", Long.toString(pid)).start().waitFor());
    Path report = rig.mac.path("/Library/Logs/Kextwatch/java-crash.log");
    Patience.until(() -> Files.exists(report) && Files.readString(report).contains("\nEND.\n"));
    assertTrue(Files.readString(report).contains("CreateCoredumpOnCrash turned off"));
  }

  private void beRefusedByAProxy() throws Exception {
    byte[] refusal =
        "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    try (ServerSocket proxy = new ServerSocket(0)) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  while (true) {
                    try (Socket client = proxy.accept();
                        OutputStream out = client.getOutputStream()) {
                      client.getInputStream().read(new byte[8 << 10]);
                      out.write(refusal);
                    }
                  }
                } catch (IOException e) {
                  // closed
                }
              });
      thread.start();
      rig.settings(settings(Map.of("proxy", "127.0.0.1:" + proxy.getLocalPort())));
      secret("secret", "whsec_" + KEY);
      daemonSays("answered 407");
      everyCommand("webhook", "test", "--json");
    }
  }

  /** Secrets where the path of their file belongs, and worse. */
  private void misplaceSecrets() throws Exception {
    Map<String, Object> wrong = new LinkedHashMap<>();
    for (String key : MISTAKES.keySet()) {
      wrong.put(key, "Bearer " + MISPLACED);
    }
    wrong.put("clientKeystore", MISPLACED);
    wrong.put("caBundle", "-----BEGIN CERTIFICATE-----" + MISPLACED);
    wrong.put("endpoint", "https://user:" + MISPLACED + "@fleet.example/");
    wrong.put("proxy", "http://user:" + MISPLACED + "@proxy.example:3128");
    wrong.put("headers", Map.of("X-Key: " + MISPLACED, "", "X-Good", "line\n" + MISPLACED));
    wrong.put("secret", MISPLACED);
    wrong.put("secret " + MISPLACED, "");
    wrong.put("renewPrompt", "whsec_" + MISPLACED);
    wrong.put("spool", Map.of("maxEvents", MISPLACED, MISPLACED, 1));
    wrong.put("healthIntervalSeconds", "often");
    rig.settings(settings(wrong));
    secret("secret", "whsec_" + KEY);
    daemonSays("healthIntervalSeconds");
    everyCommand("config", "validate");
    everyCommand("config", "show");
    everyCommand("config", "show", "--json");
    everyCommand("webhook", "test");
    everyCommand("check", "--json");
  }

  /** The daemon has met the mistake: its status names the setting. */
  private void daemonSays(String setting) throws IOException {
    Patience.until(() -> Files.readString(statusFile()), text -> text.contains(setting));
  }

  private Path statusFile() {
    return rig.mac.path(SUPPORT + "status.json");
  }

  private void everyCommand(Object... words) {
    List<String> all = new ArrayList<>(List.of("--root", rig.mac.root().toString(), "--verbose"));
    List.of(words).forEach(word -> all.add(word.toString()));
    CommandLine program = Program.commandLine();
    program.setOut(new PrintWriter(printed, true)).setErr(new PrintWriter(printed, true));
    program.execute(all.toArray(String[]::new));
  }

  private void install(String... options) throws Exception {
    List<Object> all = new ArrayList<>(List.of(archive.resolve("install.sh"), "--root"));
    all.add(rig.mac.root());
    all.addAll(List.of(options));
    all.add("--accept-unpatched-java"); // it has macOS 10.14
    Ended ended = Script.run(temp, Map.of("PATH", bin + ":/usr/bin:/bin"), "dash", all.toArray());
    assertEquals(0, ended.exit(), ended::toString);
    printed.append(ended.out()).append(ended.err());
  }

  /** Its arguments and environment, where there is a /proc. */
  private void note(long pid) throws IOException {
    for (String what : List.of("cmdline", "environ")) {
      Path file = Path.of("/proc/" + pid, what);
      if (Files.isReadable(file)) {
        printed.append(Files.readString(file)).append('\n');
      }
    }
  }

  private Map<String, Object> settings(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("endpoint", "");
    settings.put("endpointFile", SUPPORT + "address");
    settings.put("authorizationFile", SUPPORT + "login");
    settings.put("secretHeadersFile", SUPPORT + "keys");
    settings.put("previousSecretFile", SUPPORT + "previous");
    settings.put("proxyCredentialsFile", SUPPORT + "proxy");
    settings.put("clientKeystore", SUPPORT + "id.p12");
    settings.put("clientKeystorePasswordFile", SUPPORT + "password");
    settings.put("headers", Map.of("X-Canary", HEADER));
    settings.put("logLevel", "trace");
    settings.putAll(more);
    return settings;
  }

  private void secret(String name, String content) throws IOException {
    Path file = rig.mac.path(SUPPORT + name);
    Path fresh = Files.writeString(temp.resolve("fresh"), content + "\n");
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    given.add(file);
  }

  private void keystore() throws Exception {
    HeldCertificate held = new HeldCertificate.Builder().commonName("mac-7").build();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Certificate[] chain = {held.certificate()};
    store.setKeyEntry("one", held.keyPair().getPrivate(), PASSWORD.toCharArray(), chain);
    secret("id.p12", "");
    try (OutputStream out = Files.newOutputStream(rig.mac.path(SUPPORT + "id.p12"))) {
      store.store(out, PASSWORD.toCharArray());
    }
  }
}
