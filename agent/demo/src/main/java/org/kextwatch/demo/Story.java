package org.kextwatch.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.kextwatch.demo.Act.Missed;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.demo.receiver.SignatureCheck;
import org.kextwatch.demo.receiver.WebhookReceiver;
import org.kextwatch.simulator.MacLayout;
import org.kextwatch.simulator.SimulatedMac;

/** The demo: acts that simulated Macs live through, each with a real daemon and a real receiver. */
public final class Story {
  private static final String CA_BUNDLE = "/Library/Application Support/Kextwatch/fleet-ca.pem";

  private static final List<Act> ACTS = List.of(new SwitchedOff(), new BlockedKext());

  private final Timeline timeline;
  private final StoryTiming pace;
  private final Path folder;
  private final ThrowawayCertificate certificate;

  private Story(
      Timeline timeline, StoryTiming pace, Path folder, ThrowawayCertificate certificate) {
    this.timeline = timeline;
    this.pace = pace;
    this.folder = folder;
    this.certificate = certificate;
  }

  /**
   * Tells it from beginning to end.
   *
   * @return whether the operator received every event of every act, in order, exactly once, rightly
   *     signed
   * @throws IOException if this machine lacks what a simulated Mac needs
   */
  public static boolean tell(Timeline timeline, boolean fast)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("kextwatch-demo");
    Thread tidy = new Thread(() -> MacLayout.delete(folder), "tidy");
    Runtime.getRuntime().addShutdownHook(tidy);
    StoryTiming pace = fast ? StoryTiming.FAST : StoryTiming.LEISURELY;
    boolean complete = new Story(timeline, pace, folder, ThrowawayCertificate.make()).play();
    if (!complete) {
      Runtime.getRuntime().removeShutdownHook(tidy); // somebody will want to look
      timeline.close("The story is NOT complete. What was left behind: " + folder);
    }
    return complete;
  }

  private boolean play() throws IOException, InterruptedException {
    int events = 0;
    for (int i = 0; i < ACTS.size(); i++) {
      if (!play(ACTS.get(i), i + 1)) {
        return false;
      }
      events += ACTS.get(i).expected().size();
    }
    timeline.close(
        "The story is complete: %d events in %d acts, all received in order, exactly once, signed."
            .formatted(events, ACTS.size()));
    return true;
  }

  private boolean play(Act act, int number) throws IOException, InterruptedException {
    timeline.open("Act %d. %s".formatted(number, act.title()));
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac-" + number), act.model());
    Operator operator = new Operator(timeline, act.expected());
    String secret = newSecret();
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(
            0, certificate.tls(), SignatureCheck.of(secret), operator::receive)) {
      mac.allowWindow(pace.allowWindow());
      mac.put(CA_BUNDLE, certificate.pem());
      mac.prepareForAgent(pace.settings(receiver.address().toString(), CA_BUNDLE), secret);
      timeline.tell(Lane.OPERATOR, "listens over HTTPS, and knows the shared secret");
      Path output = folder.resolve("agent-%d.out".formatted(number));
      try (StatusWatcher watcher = StatusWatcher.of(mac, timeline);
          AgentProcess agent = AgentProcess.start(mac.root(), output)) {
        Stage stage = new Stage(mac, operator, timeline, pace);
        act.play(stage);
        boolean ended = ended(stage, agent, act.expected().size());
        return isRight(operator, number) && ended;
      }
    } catch (Missed e) {
      tell(operator.complaints());
      return false;
    }
  }

  private static boolean ended(Stage stage, AgentProcess agent, int events)
      throws InterruptedException, Missed {
    stage.chapter("The Mac is protected, the act ends");
    stage.breathe();
    int exit = agent.terminate(Stage.PATIENCE);
    stage.tell(Lane.KEXTWATCH, exit == 0 ? "ends on SIGTERM, exit 0" : "✗ ended with " + exit);
    stage.hears(events, "was told goodbye");
    return exit == 0;
  }

  private boolean isRight(Operator operator, int number) {
    List<String> complaints = operator.complaints();
    tell(complaints);
    if (complaints.isEmpty()) {
      timeline.close(
          "Act %d is complete: %d events received, in order, each exactly once, every signature holds"
                  .formatted(number, operator.received())
              + " (heartbeats: %d).".formatted(operator.heartbeats()));
    }
    return complaints.isEmpty();
  }

  private void tell(List<String> complaints) {
    complaints.forEach(complaint -> timeline.tell(Lane.OPERATOR, "✗ " + complaint));
  }

  private static String newSecret() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return "whsec_" + Base64.getEncoder().encodeToString(random);
  }
}
