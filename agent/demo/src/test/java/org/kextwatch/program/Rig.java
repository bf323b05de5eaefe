package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.Script;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.demo.ThrowawayCertificate;
import org.kextwatch.demo.receiver.SignatureVerifier;
import org.kextwatch.demo.receiver.WebhookReceiver;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedMac;

/** A simulated Mac, a webhook receiver, and the program in {@code target/dist}. */
public final class Rig implements AutoCloseable {
  public static final Path PROGRAM = Script.AGENT.resolve("target/dist/bin/kextwatch");

  public static final String SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

  public static final String CA_BUNDLE = "/Library/Application Support/Kextwatch/fleet-ca.pem";

  /** Settings with which a status stays fresh for hours. */
  static final Map<String, Object> LONG_INTERVALS =
      Map.of(
          "healthIntervalSeconds", 3600,
          "atRiskIntervalSeconds", 3600,
          "heartbeatIntervalSeconds", 3600);

  public final SimulatedMac mac;
  public final ReceivedEvents inbound = new ReceivedEvents();

  private final WebhookReceiver receiver;
  private final Path folder;

  private Rig(Path folder, MacModel model, @Nullable ThrowawayCertificate certificate)
      throws IOException {
    this.folder = folder;
    this.mac = SimulatedMac.create(folder.resolve("mac"), model);
    this.receiver =
        WebhookReceiver.listen(
            0,
            certificate == null ? null : certificate.tls(),
            SignatureVerifier.of(SECRET),
            inbound::add);
    if (certificate != null) {
      mac.write(CA_BUNDLE, certificate.pem());
    }
    settings(Map.of());
  }

  public static Rig in(Path folder) throws IOException {
    return in(folder, MacModel.MOJAVE);
  }

  public static Rig in(Path folder, MacModel model) throws IOException {
    return new Rig(folder, model, null);
  }

  /** With a receiver over TLS, whose certificate is the CA bundle of the settings. */
  public static Rig overTls(Path folder, MacModel model) throws IOException {
    return new Rig(folder, model, ThrowawayCertificate.make());
  }

  /** Writes settings with short intervals, overridden by these. */
  public void settings(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("endpoint", receiver.address().toString());
    settings.put("proxy", "none");
    settings.put("healthIntervalSeconds", 1);
    settings.put("atRiskIntervalSeconds", 1);
    settings.put("heartbeatIntervalSeconds", 1);
    settings.put("confirmSeconds", 0);
    settings.put("settleSeconds", 0);
    if (receiver.address().getScheme().equals("https")) {
      settings.put("caBundle", CA_BUNDLE);
    }
    settings.putAll(more);
    mac.prepareForAgent(settings, SECRET);
  }

  /** The URL that events must be sent to. */
  public String endpoint() {
    return receiver.address().toString();
  }

  public AgentProcess start() throws IOException {
    return start(List.of(PROGRAM.toString()));
  }

  public AgentProcess start(List<String> program) throws IOException {
    return AgentProcess.start(program, mac.root(), output());
  }

  /** The output of the daemon, which should be empty. */
  public String printed() throws IOException {
    return Files.exists(output()) ? Files.readString(output()) : "";
  }

  /** Runs a command of the program and waits for its end. */
  public Script.Ended kextwatch(Object... arguments) throws Exception {
    return kextwatchIn(Map.of(), arguments);
  }

  /** The same, with more in its environment, such as a time zone. */
  public Script.Ended kextwatchIn(Map<String, String> more, Object... arguments) throws Exception {
    Object[] all = new Object[arguments.length + 2];
    all[0] = "--root";
    all[1] = mac.root();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    Map<String, String> environment = new HashMap<>(more);
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("PATH", "/usr/bin:/bin");
    return Script.run(Path.of("/"), environment, PROGRAM.toString(), all);
  }

  /** How many events of a type have arrived. */
  public int received(String type) {
    return inbound.ofType(type).size();
  }

  /**
   * Sends SIGTERM and checks that the daemon ends with 0 within 25 s. (A daemon that waits for an
   * answer would take 30 s.)
   */
  public void stop(AgentProcess agent) throws InterruptedException {
    assertEquals(0, agent.terminate(Duration.ofSeconds(25)));
  }

  @Override
  public void close() {
    receiver.close();
  }

  private Path output() {
    return folder.resolve("agent.out");
  }
}
