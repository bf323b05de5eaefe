package org.kextwatch.demo;

import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.says;

import java.util.List;
import org.kextwatch.demo.Act.Missed;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedExtensions;

/** A Mac of today, where Defender stops protecting because somebody moves a switch. */
final class SwitchedOff implements Act {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", says("protected", "status", "verdict")),
          event(
              "status.changed",
              says("new", "transition"),
              says("extension_disabled", "status", "reason"),
              says("disabled", "status", "extension", "state")),
          event(
              "status.changed",
              says("resolved", "transition"),
              says("protected", "status", "verdict"),
              says("active", "status", "extension", "state")),
          event(
              "status.changed",
              says("new", "transition"),
              says("full_disk_access_missing", "status", "reason")),
          event(
              "status.changed",
              says("resolved", "transition"),
              says("protected", "status", "verdict")),
          event("agent.stopping", says("signal", "cause")));

  @Override
  public String title() {
    return "macOS 15: switches in System Settings that end Defender's protection";
  }

  @Override
  public MacModel model() {
    return MacModel.SEQUOIA;
  }

  @Override
  public List<ExpectedEvent> expected() {
    return EXPECTED;
  }

  @Override
  public void play(Stage stage) throws InterruptedException, Missed {
    healthy(stage);
    switchedOff(stage);
    switchedOn(stage);
    accessWithdrawn(stage);
    accessGiven(stage);
  }

  private void healthy(Stage stage) throws InterruptedException, Missed {
    stage.chapter("A healthy Mac");
    stage.tell(Lane.MAC, "macOS 15.4 with Microsoft Defender, all its switches on");
    stage.tell(Lane.KEXTWATCH, "starts, as launchd would start it");
    stage.hears(1, "knows the Mac, and that it is protected");
  }

  private void switchedOff(Stage stage) throws InterruptedException, Missed {
    stage.chapter("The user switches Defender's extension off");
    stage.breathe();
    stage.mac().systemExtensions().switchOff(SimulatedExtensions.ENDPOINT_SECURITY);
    stage.tell(
        Lane.MAC,
        "Login Items & Extensions: off. macOS notes it; mdatp still says that all is well");
    stage.hears(2, "knows that it is off");
    stage.readsAdvice();
  }

  private void switchedOn(Stage stage) throws InterruptedException, Missed {
    stage.chapter("It is switched on again");
    stage.breathe();
    stage.mac().systemExtensions().switchOn(SimulatedExtensions.ENDPOINT_SECURITY);
    stage.tell(Lane.MAC, "Login Items & Extensions: on");
    stage.hears(3, "knows that it is resolved");
  }

  private void accessWithdrawn(Stage stage) throws InterruptedException, Missed {
    stage.chapter("The user takes full disk access from Defender");
    stage.breathe();
    stage.mac().fullDiskAccess(false);
    stage.tell(Lane.MAC, "Privacy & Security > Full Disk Access: Defender off");
    stage.hears(4, "knows what Defender lacks");
    stage.readsAdvice();
  }

  private void accessGiven(Stage stage) throws InterruptedException, Missed {
    stage.chapter("It is given back");
    stage.breathe();
    stage.mac().fullDiskAccess(true);
    stage.tell(Lane.MAC, "Privacy & Security > Full Disk Access: Defender on");
    stage.hears(5, "knows that it is resolved");
  }
}
