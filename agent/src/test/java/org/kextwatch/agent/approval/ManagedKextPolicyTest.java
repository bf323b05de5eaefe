package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.approval.PolicyReading.PolicyRows;
import org.kextwatch.agent.approval.PolicyReading.Unreadable;

final class ManagedKextPolicyTest {
  private static final PolicyRows NO_ROWS = new PolicyRows(List.of(), List.of(), false);
  private static final PolicyRows OTHERS_ROWS = new PolicyRows(List.of(), List.of(), true);
  private static final PolicyRow OURS =
      new PolicyRow("UBF8T346G9", "com.microsoft.wdavkext", false);

  @TempDir Path temporary;
  private FolderMac mac;

  @BeforeEach
  void makeMac() throws Exception {
    mac = new FolderMac(temporary.resolve("mac"));
  }

  @ParameterizedTest
  @CsvSource({
    "<key>AllowUserOverrides</key><true/>, true",
    "<key>AllowUserOverrides</key><false/>, false",
    "<key>AllowedTeamIdentifiers</key><array><string>UBF8T346G9</string></array>, false",
    "<key>AllowUserOverrides</key><string>true</string>, false",
    "'', false",
  })
  void aProfileThatIsThereDecides(String entries, boolean may) throws Exception {
    mac.write(ManagedKextPolicy.MAC_PATH, FolderMac.plist(entries));
    for (PolicyReading reading : List.of(NO_ROWS, OTHERS_ROWS, new Unreadable("x"))) {
      assertEquals(may, ManagedKextPolicy.userMayApprove(mac.root(), reading));
    }
  }

  @Test
  void withoutProfileTheRowsOfTheMdmDecide() throws Exception {
    assertEquals(true, ManagedKextPolicy.userMayApprove(mac.root(), NO_ROWS));
    assertEquals(false, ManagedKextPolicy.userMayApprove(mac.root(), OTHERS_ROWS));
    PolicyRows withOurs = new PolicyRows(List.of(), List.of(OURS), true);
    assertEquals(true, ManagedKextPolicy.userMayApprove(mac.root(), withOurs));
    assertEquals(true, ManagedKextPolicy.userMayApprove(mac.root(), new Unreadable("x")));
  }

  @Test
  void aProfileThatCannotBeReadLeavesItUnknown() throws Exception {
    mac.write(ManagedKextPolicy.MAC_PATH, "bplist00 and no more");
    assertEquals(null, ManagedKextPolicy.userMayApprove(mac.root(), OTHERS_ROWS));
  }
}
