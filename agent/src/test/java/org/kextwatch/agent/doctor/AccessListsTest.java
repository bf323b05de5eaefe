package org.kextwatch.agent.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.doctor.AccessLists.AccessListing;
import org.kextwatch.agent.doctor.AccessLists.Entry;
import org.kextwatch.agent.doctor.DoctorCheck.CheckResult;
import org.kextwatch.agent.doctor.DoctorCheck.Mark;
import org.kextwatch.agent.mac.AgentPaths;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRunner;
import org.kextwatch.simulator.SimulatedMac;

/** The doctor reads what {@code ls -led} prints of access lists (by ls(1) and chmod(1)). */
class AccessListsTest {
  private static final String SUPPORT = "/Library/Application Support/Kextwatch";

  @TempDir Path temp;

  @Test
  void eachEntryBelongsToTheFileAboveIt() {
    AccessListing listing =
        AccessListing.of(
            """
            drwxr-xr-x+ 5 root  wheel  160 Nov 24 03:00 /Library/Application Support/Kextwatch
             0: user:joe inherited allow list,add_file,search
             1: group:everyone deny delete
            -rw-------  1 root  wheel   51 Nov 24 03:00 /Library/Application Support/x
            -rwxr-xr-x@ 1 root  wheel   51 Nov 24 03:00 /b
             0: FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000000 allow read
            """);
    assertEquals(
        new AccessListing(
            List.of(
                new Entry(SUPPORT, "user:joe", true, Set.of("list", "add_file", "search")),
                new Entry(SUPPORT, "group:everyone", false, Set.of("delete")),
                new Entry("/b", "FFFFEEEE-DDDD-CCCC-BBBB-AAAA00000000", true, Set.of("read"))),
            null),
        listing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/Library/Application Support/Kextwatch         | user:joe allow add_file      | FAIL",
        "/Library/Application Support/Kextwatch         | group:admin allow list,write | FAIL",
        "/Library/Application Support/Kextwatch         | user:joe allow writesecurity | FAIL",
        "/Library/Application Support/Kextwatch         | user:joe inherited allow chown | FAIL",
        "/Library/Application Support/Kextwatch         | group:everyone deny delete   | OK",
        "/Library/Application Support/Kextwatch         | user:root allow write        | OK",
        "/Library/Application Support/Kextwatch         | user:joe allow list,search   | OK",
        "/Library/Application Support/Kextwatch         | user:joe may write           | WARN",
        "/Library/Application Support/Kextwatch         |                              | WARN",
        "/Library/Application Support/Kextwatch/secret  | user:joe allow read          | WARN",
        "/private/var/db/kextwatch                      | user:joe allow list,search   | WARN",
        "/private/var/db/kextwatch/spool                | user:joe allow delete_child  | FAIL",
        "/Library/Logs/Kextwatch                        | user:joe allow append        | FAIL",
        "/Library/LaunchDaemons/org.kextwatch.agent.plist | user:joe allow write       | FAIL",
        "/Library/Application Support/Kextwatch/releases/1/lib/a.jar | user:joe allow write | FAIL",
        "/Applications/Microsoft Defender.app/Contents  | user:joe allow add_file      | FAIL",
        "/Applications/Microsoft Defender.app/Contents/Resources/Tools/wdavdaemonclient"
            + "                                        | user:joe allow delete        | FAIL",
      })
  void anEntryIsJudgedByWhatItAllows(String macPath, String entry, Mark mark) throws Exception {
    SimulatedMac mac = SimulatedMac.create(temp.resolve("mac"));
    for (String file :
        List.of(
            SUPPORT + "/secret",
            SUPPORT + "/releases/1/lib/a.jar",
            AgentPaths.LAUNCHD_JOB,
            AgentPaths.SPOOL + "/x",
            "/Library/Logs/Kextwatch/agent.log")) {
      mac.write(file, "");
    }
    Files.createSymbolicLink(mac.path(SUPPORT + "/current"), Path.of("releases/1"));
    Path ls = mac.path(Tool.LS.macPath());
    Files.writeString(
        ls,
        """
        #!/bin/sh
        shift
        for file; do
          if [ "$file" = '%s' ]; then
            printf '%%s\\n' "drwxr-xr-x+ 5 root  wheel  160 Nov 24 03:00 $file"
            [ -z '%s' ] || printf ' 0: %%s\\n' '%s'
          else
            printf '%%s\\n' "drwxr-xr-x  5 root  wheel  160 Nov 24 03:00 $file"
          fi
        done
        """
            .formatted(mac.path(macPath), entry == null ? "" : entry, entry));
    SystemRoot root = SystemRoot.at(mac.root());
    CheckResult said = new AccessLists(root, new ToolRunner(root)).look();
    assertEquals(mark, said.mark(), said::toString);
    if (mark != Mark.OK) {
      assertTrue(said.text().contains(mac.path(macPath).toString()), said::toString);
    }
    if (mark == Mark.FAIL) {
      assertEquals("Run: sudo chmod -N '%s'".formatted(mac.path(macPath)), said.remedy());
    }
  }
}
