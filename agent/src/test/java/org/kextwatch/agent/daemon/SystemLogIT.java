package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Verdict;

/** The lines that an admin finds with "log show". */
class SystemLogIT {
  private static final Status AT_RISK =
      StatusSamples.status(StatusSamples.UNAVAILABLE, StatusSamples.AWAITING);
  private static final String SAYS =
      "Kextwatch " + Version.current() + "%s verdict at_risk, reason awaiting_approval";

  @TempDir private Path folder;
  private StubMac mac;
  private Path calls;

  @BeforeEach
  void makeMac() throws Exception {
    mac = new StubMac(folder.resolve("mac"));
    calls = Files.createFile(folder.resolve("calls"));
  }

  @Test
  void theStartAndAChangeOfTheVerdictHaveALine() throws Exception {
    mac.tool(Tool.LOGGER, "for a; do printf '<%s>' \"$a\"; done >>'" + calls + "'");
    SystemLog log = new SystemLog(mac.root());
    log.tell(new StartedData(AT_RISK));
    log.tell(changed("verdict"));
    log.tellEnd();
    String line = "<-p><daemon.notice><-t><kextwatch><%s>";
    assertEquals(
        line.formatted(SAYS.formatted(" starts:"))
            + line.formatted(SAYS.formatted(":"))
            + line.formatted("Kextwatch " + Version.current() + " ends"),
        Files.readString(calls));
  }

  @Test
  void otherEventsHaveNone() {
    assertEquals(Optional.empty(), SystemLog.line(changed("health.edrEnabled")));
    for (EventData.Cause cause : EventData.Cause.values()) {
      assertEquals(Optional.empty(), SystemLog.line(new EventData.StoppingData(AT_RISK, cause)));
    }
  }

  @Test
  void aMacWithoutTheToolIsNotDisturbed() {
    new SystemLog(mac.root()).tell(new StartedData(AT_RISK));
  }

  @Test
  void oneThatHangsOrFailsIsNotWaitedForWithoutEnd() throws Exception {
    mac.tool(Tool.LOGGER, "echo $$ >>'" + calls + "'; exec sleep 600");
    SystemLog log = new SystemLog(mac.root());
    log.tell(new StartedData(AT_RISK));
    long pid = Long.parseLong(Files.readString(calls).strip());
    assertEquals(Optional.empty(), ProcessHandle.of(pid).filter(ProcessHandle::isAlive));
    mac.tool(Tool.LOGGER, "exit 1");
    log.tell(new StartedData(AT_RISK));
  }

  private static ChangedData changed(String field) {
    Change change = new Change(field, Verdict.PROTECTED, Verdict.AT_RISK);
    return new ChangedData(AT_RISK, List.of(change), Transition.NEW);
  }
}
