package org.kextwatch.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import org.kextwatch.demo.Act.Chapter;
import org.kextwatch.demo.Act.MissedStepException;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.demo.receiver.SignatureVerifier;
import org.kextwatch.demo.receiver.WebhookReceiver;
import org.kextwatch.simulator.BareMac;
import org.kextwatch.simulator.SimulatedMac;

/** The demo: each act has a simulated Mac, a real daemon and a real HTTPS receiver. */
final class Story {
  private static final String CA_BUNDLE = "/Library/Application Support/Kextwatch/fleet-ca.pem";

  private static final List<Act> ACTS = List.of(SwitchedOff.ACT, BlockedKext.ACT);

  private final Timeline timeline;
  private final StoryTiming timing;
  private final Path folder;
  private final ThrowawayCertificate certificate = ThrowawayCertificate.make();

  private Story(Timeline timeline, StoryTiming timing, Path folder) {
    this.timeline = timeline;
    this.timing = timing;
    this.folder = folder;
  }

  /**
   * Plays all acts. A failed story leaves its folder behind.
   *
   * @return whether the operator received every expected event of every act, in order, exactly
   *     once, with a valid signature
   * @throws IOException if this machine lacks what a simulated Mac needs
   */
  static boolean play(Timeline timeline, StoryTiming timing)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("kextwatch-demo");
    Thread cleanup = new Thread(() -> BareMac.delete(folder), "cleanup");
    Runtime.getRuntime().addShutdownHook(cleanup);
    boolean complete = new Story(timeline, timing, folder).play();
    if (!complete) {
      Runtime.getRuntime().removeShutdownHook(cleanup);
      timeline.close("The story is NOT complete. Its files are in " + folder);
    }
    return complete;
  }

  private boolean play() throws IOException, InterruptedException {
    for (Act act : ACTS) {
      if (!play(act, ACTS.indexOf(act) + 1)) {
        return false;
      }
    }
    timeline.close(
        "The story is complete: %d events in %d acts, all received in order, exactly once, signed."
            .formatted(ACTS.stream().mapToInt(act -> act.expected().size()).sum(), ACTS.size()));
    return true;
  }

  private boolean play(Act act, int number) throws IOException, InterruptedException {
    timeline.open("Act %d. %s".formatted(number, act.title()));
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac-" + number), act.model());
    Operator operator = new Operator(timeline, act.expected());
    String secret = newSecret();
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(
            0, certificate.tls(), SignatureVerifier.of(secret), operator::receive)) {
      mac.allowWindow(timing.allowWindow());
      mac.write(CA_BUNDLE, certificate.pem());
      mac.prepareForAgent(timing.settings(receiver.address().toString(), CA_BUNDLE), secret);
      timeline.show(Lane.OPERATOR, "listens over HTTPS, and has the shared secret");
      Path output = folder.resolve("agent-%d.out".formatted(number));
      try (StatusWatcher watcher = StatusWatcher.of(mac, timeline);
          AgentProcess agent = AgentProcess.start(mac.root(), output)) {
        Stage stage = new Stage(mac, operator, timeline, timing);
        for (Chapter chapter : act.chapters()) {
          timeline.chapter(chapter.title());
          chapter.steps().play(stage);
        }
        boolean ended = end(stage, agent, act.expected().size());
        return isRight(operator, number) && ended;
      }
    } catch (MissedStepException e) {
      operator.showFlaws();
      return false;
    }
  }

  private static boolean end(Stage stage, AgentProcess agent, int events)
      throws InterruptedException, MissedStepException {
    stage.timeline().chapter("The Mac is protected, the act ends");
    stage.pause();
    int exit = agent.terminate(Stage.PATIENCE);
    stage.show(Lane.KEXTWATCH, exit == 0 ? "ends on SIGTERM, exit 0" : "✗ ended with " + exit);
    stage.awaitEvents(events, "the agent has stopped");
    return exit == 0;
  }

  private boolean isRight(Operator operator, int number) {
    operator.showFlaws();
    if (!operator.flaws().isEmpty()) {
      return false;
    }
    timeline.close(
        "Act %d is complete: %d events received, in order, each exactly once, every signature valid (heartbeats: %d)."
            .formatted(number, operator.received(), operator.heartbeats()));
    return true;
  }

  private static String newSecret() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return "whsec_" + Base64.getEncoder().encodeToString(random);
  }
}
