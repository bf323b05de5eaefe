package org.kextwatch.agent.mac;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.approval.Recordings;

class EnrolmentTest {
  private static final Enrolment UNKNOWN = new Enrolment(null, null);

  @Test
  void theRecordingIsOfAUserApprovedMac() {
    String recording = Recordings.kext("099-profiles-status-enrollment-dep.txt");
    assertEquals(new Enrolment(true, true), parse(recording));
  }

  @ParameterizedTest
  @CsvSource({
    "'Enrolled via DEP: No|MDM enrollment: Yes (User Approved)|MDM server: https://a/', true, true",
    "'Enrolled via DEP: Yes|MDM enrollment: Yes|MDM server: https://a/', true, false",
    "'Enrolled via DEP: No|MDM enrollment: No|', false, false",
    "'Enrolled via DEP: Yes|', , ",
    "'Enrolled via DEP: Yes|MDM enrollment: |Yes', , ",
    "'MDM enrollment: Nobody knows', , ",
    "'', , ",
    // macOS 10.13.0 to 10.13.3: lionheart/openradar-mirror#19311
    "'An enrollment profile is currently installed on this system|', true, ",
    "'There is no enrollment profile installed on this system|', , ",
  })
  void whatIsNotSaidIsNotKnown(String output, Boolean enrolled, Boolean userApproved) {
    assertEquals(new Enrolment(enrolled, userApproved), parse(output.replace('|', '\n')));
  }

  @Test
  void aToolThatFailsSaysNothing(@TempDir Path folder) throws Exception {
    String good = "MDM enrollment: Yes (User Approved)";
    assertEquals(UNKNOWN, Enrolment.parse(new ToolRun.Finished(1, good, "")));
    assertEquals(UNKNOWN, Enrolment.parse(new ToolRun.TimedOut(good, "")));

    StubMac mac = new StubMac(Files.createDirectory(folder.resolve("mac")));
    assertEquals(UNKNOWN, Enrolment.of(mac.tools(), Duration.ofSeconds(20)));
    mac.tool(Tool.PROFILES, "echo 'MDM enrollment: No'");
    assertEquals(new Enrolment(false, false), Enrolment.of(mac.tools(), Duration.ofSeconds(20)));
    assertEquals(List.of("status -type enrollment"), mac.calls(Tool.PROFILES));
  }

  private static Enrolment parse(String output) {
    return Enrolment.parse(new ToolRun.Finished(0, output, ""));
  }
}
