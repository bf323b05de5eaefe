package org.kextwatch.agent.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.kextwatch.agent.demo.Timeline.Lane;
import org.kextwatch.agent.receiver.SignatureCheck;
import org.kextwatch.agent.receiver.WebhookReceiver;

/**
 * One Mac's way from a blocked kext to protection, lived by a simulated Mac and the real daemon.
 */
public final class Story {
  private static final String CA_BUNDLE = "/Library/Application Support/Kextwatch/fleet-ca.pem";

  /** Far more than any step takes: a busy machine is no reason to fail. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final Duration REMINDER = Duration.ofSeconds(30);

  private final Timeline timeline;
  private final Pace pace;
  private final Path folder;
  private final SimulatedMac mac;
  private final Operator operator;

  private Story(Timeline timeline, Pace pace, Path folder, SimulatedMac mac) {
    this.timeline = timeline;
    this.pace = pace;
    this.folder = folder;
    this.mac = mac;
    this.operator = new Operator(timeline);
  }

  /**
   * Tells it from beginning to end.
   *
   * @return whether the operator received every step, in order, exactly once, rightly signed
   * @throws IOException if this machine lacks what a simulated Mac needs
   */
  public static boolean tell(Timeline timeline, boolean fast)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("kextwatch-demo");
    Thread tidy = new Thread(() -> Layout.delete(folder), "tidy");
    Runtime.getRuntime().addShutdownHook(tidy);
    SimulatedMac mac = SimulatedMac.create(folder.resolve("mac"));
    Story story = new Story(timeline, fast ? Pace.FAST : Pace.LEISURELY, folder, mac);
    boolean complete = story.play();
    if (!complete) {
      Runtime.getRuntime().removeShutdownHook(tidy); // somebody will want to look
    }
    return complete;
  }

  private boolean play() throws IOException, InterruptedException {
    timeline.open("One Mac, from a blocked kernel extension to protection");
    ThrowawayCertificate certificate = ThrowawayCertificate.make();
    String secret = newSecret();
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(
            0, certificate.tls(), SignatureCheck.of(secret), operator::receive)) {
      mac.allowWindow(pace.allowWindow());
      mac.put(CA_BUNDLE, certificate.pem());
      mac.prepareForAgent(pace.settings(receiver.address().toString(), CA_BUNDLE), secret);
      timeline.tell(Lane.OPERATOR, "listens over HTTPS, and knows the shared secret");
      try (Watcher watcher = Watcher.of(mac, timeline);
          AgentProcess agent = AgentProcess.start(mac.root(), folder.resolve("agent.out"))) {
        return play(agent);
      }
    }
  }

  private boolean play(AgentProcess agent) throws InterruptedException {
    return blocked() && expired() && renewed() && approved() && ended(agent);
  }

  private boolean blocked() throws InterruptedException {
    timeline.chapter("Defender is installed, and its kernel extension is blocked");
    timeline.tell(Lane.MAC, "macOS 10.14.6 with Microsoft Defender; its extension is not approved");
    timeline.tell(Lane.KEXTWATCH, "starts, as launchd would start it");
    return await(Lane.OPERATOR, "knows of the blocked Mac, after four events", told(4));
  }

  private boolean expired() throws InterruptedException {
    timeline.chapter("The user comes too late");
    timeline.tell(
        Lane.MAC,
        "the Allow button lives thirty minutes, here %d seconds"
            .formatted(pace.allowWindow().toSeconds()));
    if (!await(Lane.MAC, "the Allow button is gone", () -> !mac.allowButtonVisible())) {
      return false;
    }
    boolean late = !mac.clickAllow();
    timeline.tell(Lane.MAC, "the user looks for Allow, and there is none");
    return late;
  }

  private boolean renewed() throws InterruptedException {
    timeline.chapter("Kextwatch brings the button back");
    return await(Lane.MAC, "the Allow button is there again", mac::allowButtonVisible);
  }

  private boolean approved() throws InterruptedException {
    timeline.chapter("The user clicks Allow");
    Thread.sleep(pace.breath().toMillis());
    boolean clicked = await(Lane.MAC, "Microsoft Corporation is allowed", mac::clickAllow);
    return clicked
        && await(Lane.MAC, "the kernel has the extension", mac::isLoaded)
        && await(Lane.OPERATOR, "knows: approved, loaded, protected", told(7));
  }

  private boolean ended(AgentProcess agent) throws InterruptedException {
    timeline.chapter("The Mac is protected, the story ends");
    Thread.sleep(pace.breath().toMillis());
    int exit = agent.terminate(PATIENCE);
    timeline.tell(Lane.KEXTWATCH, exit == 0 ? "ends on SIGTERM, exit 0" : "ended with " + exit);
    boolean told = await(Lane.OPERATOR, "was told goodbye", told(8));
    List<String> complaints = operator.complaints();
    complaints.forEach(complaint -> timeline.tell(Lane.OPERATOR, "✗ " + complaint));
    boolean complete = told && exit == 0 && complaints.isEmpty();
    timeline.close(
        complete
            ? "The story is complete: %d events and %d heartbeats received, in order, each event"
                    .formatted(operator.received(), operator.heartbeats())
                + " exactly once, every signature holds."
            : "The story is NOT complete. What was left behind: " + folder);
    return complete;
  }

  private BooleanSupplier told(int events) {
    return () -> operator.received() >= events;
  }

  private boolean await(Lane lane, String what, BooleanSupplier condition)
      throws InterruptedException {
    long start = System.nanoTime();
    long remindAt = REMINDER.toNanos();
    while (System.nanoTime() - start < PATIENCE.toNanos()) {
      if (condition.getAsBoolean()) {
        timeline.arrived(lane, what);
        return true;
      }
      if (System.nanoTime() - start > remindAt) {
        timeline.tell(lane, "not yet: " + what);
        remindAt += REMINDER.toNanos();
      }
      Thread.sleep(50);
    }
    timeline.missed(lane, what, PATIENCE);
    timeline.close("The story is NOT complete. What was left behind: " + folder);
    return false;
  }

  private static String newSecret() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return "whsec_" + Base64.getEncoder().encodeToString(random);
  }
}
