package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.approval.PolicyReading.PolicyRows;
import org.kextwatch.agent.approval.PolicyReading.Unreadable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Plist;

final class ManagedPolicyTest extends OnAFolderMac {
  private static final PolicyRows NO_ROWS = new PolicyRows(List.of(), List.of(), false);
  private static final PolicyRows OTHERS_ROWS = new PolicyRows(List.of(), List.of(), true);
  private static final PolicyRow OURS =
      new PolicyRow("UBF8T346G9", "com.microsoft.wdavkext", false);

  private static final String TEAM = "a profile allows its team";
  private static final String NAME = "a profile allows it by name";
  private static final String OUT = "a profile leaves it out";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overrides=true | true | false | " + OUT,
        "overrides=false | false | false | " + OUT,
        "overrides='true' | false | false | " + OUT,
        "'' | false | false | " + OUT,
        "teams=UBF8T346G9 | false | true | " + TEAM,
        "teams=X9E956P446,UBF8T346G9 overrides=true | true | true | " + TEAM,
        "teams=X9E956P446 | false | false | " + OUT,
        "UBF8T346G9=com.microsoft.wdavkext | false | true | " + NAME,
        "UBF8T346G9=com.microsoft.other,com.microsoft.wdavkext | false | true | " + NAME,
        "UBF8T346G9=com.microsoft.other overrides=true | true | false | " + OUT,
        "X9E956P446=com.microsoft.wdavkext | false | false | " + OUT,
        "identifier=UBF8T346G9 | false | false | " + OUT,
      })
  void aKextProfileIsReadByPayloadAndTeam(
      String payload, boolean may, boolean allows, String evidence) throws Exception {
    mac.write(ManagedPolicy.KERNEL_PATH, payload(payload, "AllowedKernelExtensions"));
    for (PolicyReading database : List.of(NO_ROWS, OTHERS_ROWS, new Unreadable("x"))) {
      assertEquals(new ManagedPolicy(may, allows, evidence), kernel(database));
    }
  }

  @Test
  void withoutKextProfileTheRowsOfTheMdmDecide() throws Exception {
    assertEquals(ManagedPolicy.NONE, kernel(NO_ROWS));
    assertEquals(new ManagedPolicy(false, false, ""), kernel(OTHERS_ROWS));
    assertEquals(ManagedPolicy.NONE, kernel(new PolicyRows(List.of(), List.of(OURS), true)));
    assertEquals(ManagedPolicy.NONE, kernel(new Unreadable("x")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overrides=true | true | false | " + OUT,
        "overrides=false | false | false | " + OUT,
        "'' | true | false | " + OUT,
        "teams=UBF8T346G9 | true | true | " + TEAM,
        "teams=UBF8T346G9 overrides=false | false | true | " + TEAM,
        "teams=X9E956P446 | true | false | " + OUT,
        "UBF8T346G9=com.microsoft.wdav.epsext,com.microsoft.wdav.netext | true | true | " + NAME,
        "UBF8T346G9=com.microsoft.wdav.epsext | true | false | " + OUT,
        "X9E956P446=com.microsoft.wdav.epsext,com.microsoft.wdav.netext | true | false | " + OUT,
      })
  void aSystemExtensionProfileIsReadLikewiseButLeavesUsersFree(
      String payload, boolean may, boolean allows, String evidence) throws Exception {
    mac.write(ManagedPolicy.SYSTEM_PATH, payload(payload, "AllowedSystemExtensions"));
    assertEquals(
        new ManagedPolicy(may, allows, evidence), ManagedPolicy.system(mac.root(), List.of()));
  }

  @Test
  void withoutSystemExtensionProfileWhatMacOsKeepsOfPoliciesCounts() throws Exception {
    assertEquals(ManagedPolicy.NONE, system());
    assertEquals(new ManagedPolicy(null, false, OUT), system("teams=X9E956P446"));
    assertEquals(new ManagedPolicy(null, true, TEAM), system("teams=UBF8T346G9"));
    assertEquals(new ManagedPolicy(null, true, TEAM), system("overrides=true", "teams=UBF8T346G9"));
    assertEquals(
        new ManagedPolicy(null, true, NAME),
        system(
            "teams=X9E956P446",
            "UBF8T346G9=com.microsoft.wdav.epsext",
            "UBF8T346G9=com.microsoft.wdav.netext"));
    mac.write(ManagedPolicy.SYSTEM_PATH, payload("overrides=false", ""));
    assertEquals(new ManagedPolicy(false, false, OUT), system("teams=UBF8T346G9"));
  }

  @Test
  void aProfileThatCannotBeReadLeavesItUnknown() throws Exception {
    mac.write(ManagedPolicy.KERNEL_PATH, "bplist00 and no more");
    mac.write(ManagedPolicy.SYSTEM_PATH, "");
    ManagedPolicy unknown = new ManagedPolicy(null, null, "its profile cannot be read");
    assertEquals(unknown, kernel(OTHERS_ROWS));
    assertEquals(unknown, system("teams=UBF8T346G9"));
  }

  private ManagedPolicy kernel(PolicyReading database) throws Exception {
    return ManagedPolicy.kernel(mac.root(), WatchedExtension.DEFENDER, database);
  }

  private ManagedPolicy system(String... known) throws Exception {
    List<Plist> policies =
        Arrays.stream(known)
            .map(
                words ->
                    payload(words, "allowedExtensions")
                        .replace("AllowedTeamIdentifiers", "allowedTeamIDs"))
            .map(ManagedPolicyTest::parsed)
            .toList();
    return ManagedPolicy.system(mac.root(), policies);
  }

  private static Plist parsed(String xml) {
    try {
      return Plist.parse(xml.getBytes(StandardCharsets.UTF_8), "policy");
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A payload in words: {@code overrides=…}, {@code teams=…}, or a team and its bundles. */
  private static String payload(String words, String bundlesKey) {
    StringBuilder entries = new StringBuilder();
    for (String word : words.strip().isEmpty() ? new String[0] : words.split(" ")) {
      String[] part = word.split("=", 2);
      entries.append(
          switch (part[0]) {
            case "overrides" ->
                "<key>AllowUserOverrides</key>"
                    + (part[1].startsWith("'") ? "<string>true</string>" : "<" + part[1] + "/>");
            case "teams" -> "<key>AllowedTeamIdentifiers</key>" + array(part[1]);
            case "identifier" -> "<key>PayloadIdentifier</key><string>" + part[1] + "</string>";
            default ->
                "<key>%s</key><dict><key>%s</key>%s</dict>"
                    .formatted(bundlesKey, part[0], array(part[1]));
          });
    }
    return FolderMac.plist(entries.toString());
  }

  private static String array(String items) {
    return "<array><string>" + items.replace(",", "</string><string>") + "</string></array>";
  }
}
