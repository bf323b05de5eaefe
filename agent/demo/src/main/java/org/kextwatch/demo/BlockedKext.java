package org.kextwatch.demo;

import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.value;

import java.util.List;
import org.kextwatch.demo.Act.Chapter;
import org.kextwatch.demo.Act.MissedStepException;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.MacModel;

/** A Mac with macOS 10.14, from a blocked kernel extension to protection. */
final class BlockedKext {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", value("status.reason", "awaiting_approval")),
          event(
              "status.changed",
              value("transition", "new"),
              value("status.extension.state", "never_requested")),
          event(
              "extension.load_attempted",
              value("trigger", "prompt_renewal"),
              value("attempt.outcome", "policy_blocked")),
          event(
              "status.changed",
              value("transition", "changed"),
              value("status.extension.state", "awaiting_approval")),
          event(
              "status.changed",
              value("transition", "changed"),
              value("status.extension.grant", "user"),
              value("status.extension.state", "approved_inactive")),
          event(
              "extension.load_attempted",
              value("trigger", "approved"),
              value("attempt.outcome", "loaded")),
          event(
              "status.changed",
              value("transition", "resolved"),
              value("status.verdict", "protected"),
              value("status.extension.state", "active")),
          event("agent.stopping", value("cause", "signal")));

  static final Act ACT =
      new Act(
          "macOS 10.14: from a blocked kernel extension to protection",
          MacModel.MOJAVE,
          EXPECTED,
          List.of(
              new Chapter(
                  "Defender is installed, and its kernel extension is blocked",
                  BlockedKext::blocked),
              new Chapter("The Allow button expires", BlockedKext::expired),
              new Chapter("Kextwatch brings the button back", BlockedKext::renewed),
              new Chapter("The user clicks Allow", BlockedKext::approved)));

  private BlockedKext() {}

  private static void blocked(Stage stage) throws InterruptedException, MissedStepException {
    stage.show(Lane.MAC, "macOS 10.14.6 with Microsoft Defender; its extension is not approved");
    stage.show(Lane.KEXTWATCH, "starts, as launchd would start it");
    stage.awaitEvents(4, "four events say that the extension is blocked");
    stage.showAdvice();
  }

  private static void expired(Stage stage) throws InterruptedException, MissedStepException {
    stage.show(
        Lane.MAC,
        "the Allow button is there for thirty minutes, here %d seconds"
            .formatted(stage.timing().allowWindow().toSeconds()));
    stage.await(
        Lane.MAC,
        "the user looks for the Allow button, and there is none",
        () -> !stage.mac().allowButtonVisible());
  }

  private static void renewed(Stage stage) throws InterruptedException, MissedStepException {
    stage.await(Lane.MAC, "the Allow button is there again", stage.mac()::allowButtonVisible);
  }

  private static void approved(Stage stage) throws InterruptedException, MissedStepException {
    stage.pause();
    stage.await(Lane.MAC, "Microsoft Corporation is allowed", stage.mac()::clickAllow);
    stage.await(Lane.MAC, "the extension is loaded", stage.mac()::isLoaded);
    stage.awaitEvents(7, "approved, loaded, protected");
  }
}
