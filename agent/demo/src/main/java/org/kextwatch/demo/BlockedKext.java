package org.kextwatch.demo;

import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.says;

import java.util.List;
import org.kextwatch.demo.Act.Missed;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.MacModel;

/** A Mac of 10.14, from a blocked kernel extension to protection. */
final class BlockedKext implements Act {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", says("awaiting_approval", "status", "reason")),
          event(
              "status.changed",
              says("new", "transition"),
              says("never_requested", "status", "extension", "state")),
          event(
              "extension.load_attempted",
              says("prompt_renewal", "trigger"),
              says("policy_blocked", "attempt", "outcome")),
          event(
              "status.changed",
              says("changed", "transition"),
              says("awaiting_approval", "status", "extension", "state")),
          event(
              "status.changed",
              says("changed", "transition"),
              says("user", "status", "extension", "grant"),
              says("approved_inactive", "status", "extension", "state")),
          event(
              "extension.load_attempted",
              says("approved", "trigger"),
              says("loaded", "attempt", "outcome")),
          event(
              "status.changed",
              says("resolved", "transition"),
              says("protected", "status", "verdict"),
              says("active", "status", "extension", "state")),
          event("agent.stopping", says("signal", "cause")));

  @Override
  public String title() {
    return "macOS 10.14: from a blocked kernel extension to protection";
  }

  @Override
  public MacModel model() {
    return MacModel.MOJAVE;
  }

  @Override
  public List<ExpectedEvent> expected() {
    return EXPECTED;
  }

  @Override
  public void play(Stage stage) throws InterruptedException, Missed {
    blocked(stage);
    expired(stage);
    renewed(stage);
    approved(stage);
  }

  private void blocked(Stage stage) throws InterruptedException, Missed {
    stage.chapter("Defender is installed, and its kernel extension is blocked");
    stage.tell(Lane.MAC, "macOS 10.14.6 with Microsoft Defender; its extension is not approved");
    stage.tell(Lane.KEXTWATCH, "starts, as launchd would start it");
    stage.hears(4, "knows of the blocked Mac, after four events");
    stage.readsAdvice();
  }

  private void expired(Stage stage) throws InterruptedException, Missed {
    stage.chapter("The user comes too late");
    stage.tell(
        Lane.MAC,
        "the Allow button lives thirty minutes, here %d seconds"
            .formatted(stage.pace().allowWindow().toSeconds()));
    stage.await(
        Lane.MAC,
        "the user looks for the Allow button, and there is none",
        () -> !stage.mac().allowButtonVisible());
  }

  private void renewed(Stage stage) throws InterruptedException, Missed {
    stage.chapter("Kextwatch brings the button back");
    stage.await(Lane.MAC, "the Allow button is there again", stage.mac()::allowButtonVisible);
  }

  private void approved(Stage stage) throws InterruptedException, Missed {
    stage.chapter("The user clicks Allow");
    stage.breathe();
    stage.await(Lane.MAC, "Microsoft Corporation is allowed", stage.mac()::clickAllow);
    stage.await(Lane.MAC, "the kernel has the extension", stage.mac()::isLoaded);
    stage.hears(7, "knows: approved, loaded, protected");
  }
}
