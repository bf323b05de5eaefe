package org.kextwatch.demo;

import static org.kextwatch.demo.ExpectedEvent.event;
import static org.kextwatch.demo.ExpectedEvent.value;

import java.util.List;
import org.kextwatch.demo.Act.Chapter;
import org.kextwatch.demo.Act.MissedStepException;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.MacModel;
import org.kextwatch.simulator.SimulatedExtensions;

/** A Mac with macOS 15, on which the user moves switches that Defender's protection needs. */
final class SwitchedOff {
  private static final List<ExpectedEvent> EXPECTED =
      List.of(
          event("agent.started", value("status.verdict", "protected")),
          event(
              "status.changed",
              value("transition", "new"),
              value("status.reason", "extension_disabled"),
              value("status.extension.state", "disabled")),
          event(
              "status.changed",
              value("transition", "resolved"),
              value("status.verdict", "protected"),
              value("status.extension.state", "active")),
          event(
              "status.changed",
              value("transition", "new"),
              value("status.reason", "full_disk_access_missing")),
          event(
              "status.changed",
              value("transition", "resolved"),
              value("status.verdict", "protected")),
          event("agent.stopping", value("cause", "signal")));

  static final Act ACT =
      new Act(
          "macOS 15: switches in System Settings that end Defender's protection",
          MacModel.SEQUOIA,
          EXPECTED,
          List.of(
              new Chapter("A healthy Mac", SwitchedOff::healthy),
              new Chapter("The user switches Defender's extension off", SwitchedOff::switchedOff),
              new Chapter("The user switches it on again", SwitchedOff::switchedOn),
              new Chapter(
                  "The user takes full disk access from Defender", SwitchedOff::accessRemoved),
              new Chapter("The user gives it back", SwitchedOff::accessGiven)));

  private SwitchedOff() {}

  private static void healthy(Stage stage) throws InterruptedException, MissedStepException {
    stage.show(Lane.MAC, "macOS 15.4 with Microsoft Defender, all its switches on");
    stage.show(Lane.KEXTWATCH, "starts, as launchd would start it");
    stage.awaitEvents(1, "the Mac is protected");
  }

  private static void switchedOff(Stage stage) throws InterruptedException, MissedStepException {
    stage.pause();
    stage.mac().systemExtensions().switchOff(SimulatedExtensions.ENDPOINT_SECURITY);
    stage.show(
        Lane.MAC,
        "Login Items & Extensions: off. macOS saves it; mdatp still says that all is well");
    stage.awaitEvents(2, "the extension is off");
    stage.showAdvice();
  }

  private static void switchedOn(Stage stage) throws InterruptedException, MissedStepException {
    stage.pause();
    stage.mac().systemExtensions().switchOn(SimulatedExtensions.ENDPOINT_SECURITY);
    stage.show(Lane.MAC, "Login Items & Extensions: on");
    stage.awaitEvents(3, "the extension is on again");
  }

  private static void accessRemoved(Stage stage) throws InterruptedException, MissedStepException {
    stage.pause();
    stage.mac().fullDiskAccess(false);
    stage.show(Lane.MAC, "Privacy & Security > Full Disk Access: Defender off");
    stage.awaitEvents(4, "Defender has no full disk access");
    stage.showAdvice();
  }

  private static void accessGiven(Stage stage) throws InterruptedException, MissedStepException {
    stage.pause();
    stage.mac().fullDiskAccess(true);
    stage.show(Lane.MAC, "Privacy & Security > Full Disk Access: Defender on");
    stage.awaitEvents(5, "Defender has full disk access again");
  }
}
