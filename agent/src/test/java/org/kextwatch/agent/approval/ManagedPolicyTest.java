package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.approval.PolicyResult.Unreadable;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.status.Policies;

final class ManagedPolicyTest extends OnAStubMac {
  private static final PolicyRows NO_ROWS = new PolicyRows(List.of(), List.of(), false);
  private static final PolicyRows OTHERS_ROWS = new PolicyRows(List.of(), List.of(), true);
  private static final PolicyRows REFUSED = ours(false);
  private static final PolicyRows ALLOWED = ours(true);

  private static final String TEAM = "a profile allows its team";
  private static final String NAME = "a profile allows it by name";
  private static final String OUT = "a profile does not allow it";
  private static final String BAD = "its profile cannot be read";
  private static final String BOTH = "com.microsoft.wdav.epsext,com.microsoft.wdav.netext";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overrides=true | true | false | " + OUT,
        "overrides=false | false | false | " + OUT,
        "overrides='true' | false | false | " + OUT,
        "overrides=1 | true | false | " + OUT,
        "overrides=0 | false | false | " + OUT,
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
    mac.write(SystemPaths.MANAGED_KEXT_POLICY, payload(payload, "AllowedKernelExtensions"));
    for (PolicyResult database : List.of(NO_ROWS, OTHERS_ROWS, REFUSED, new Unreadable("x"))) {
      assertSays(may, allows, evidence, kernel(database, null));
    }
    assertSays(may, true, "", kernel(ALLOWED, null));
    assertTrue(kernel(ALLOWED, null).details().seen());
  }

  /** On a Mac that is known to be in no MDM, rows of other vendors forbid nothing. */
  @ParameterizedTest
  @CsvSource({", false", "true, false", "false, "})
  void withoutKextProfileTheRowsOfTheMdmDecide(Boolean enrolled, Boolean may) throws Exception {
    assertSays(may, false, "", kernel(OTHERS_ROWS, enrolled));
    assertEquals(may != null, kernel(OTHERS_ROWS, enrolled).details().seen());
    assertSays(null, true, "", kernel(ALLOWED, enrolled));
    for (PolicyResult none : List.of(NO_ROWS, REFUSED, new Unreadable("x"))) {
      assertSays(null, false, "", kernel(none, enrolled));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "overrides=true | true | false | " + OUT,
        "overrides=false | false | false | " + OUT,
        "overrides=0 | false | false | " + OUT,
        "overrides=1 | true | false | " + OUT,
        "'' | true | false | " + OUT,
        "teams=UBF8T346G9 | true | true | " + TEAM,
        "teams=UBF8T346G9 overrides=false | false | true | " + TEAM,
        "teams=X9E956P446 | true | false | " + OUT,
        "UBF8T346G9=com.microsoft.wdav.epsext,com.microsoft.wdav.netext | true | true | " + NAME,
        "UBF8T346G9=com.microsoft.wdav.epsext | true | false | a profile does not allow"
            + " com.microsoft.wdav.netext",
        "teams=UBF8T346G9 types:UBF8T346G9=NetworkExtension | true | false | a profile does not"
            + " allow its type EndpointSecurityExtension",
        "teams=UBF8T346G9 types:UBF8T346G9=DriverExtension | true | false | a profile does not"
            + " allow its type EndpointSecurityExtension and NetworkExtension",
        "teams=UBF8T346G9 types:X9E956P446=DriverExtension | true | true | " + TEAM,
        "teams=UBF8T346G9 types:UBF8T346G9=NetworkExtension,EndpointSecurityExtension | true"
            + " | true | "
            + TEAM,
        "X9E956P446=com.microsoft.wdav.epsext,com.microsoft.wdav.netext | true | false | " + OUT,
      })
  void aSystemExtensionProfileIsReadTheSameWayButLetsUsersApprove(
      String payload, boolean may, boolean allows, String evidence) throws Exception {
    mac.write(
        SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY, payload(payload, "AllowedSystemExtensions"));
    assertSays(may, allows, evidence, ManagedPolicy.system(new PlistCache(mac.root()), List.of()));
  }

  /** All keys of the file and of what macOS keeps of policies are merged, then judged. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "- | - | - | false | ''",
        "- | teams=X9E956P446 | true | false | " + OUT,
        "- | teams=UBF8T346G9 | true | true | " + TEAM,
        "- | overrides=false teams=UBF8T346G9 | false | true | " + TEAM,
        "- | overrides=true; overrides=0 | false | false | " + OUT,
        "- | overrides=false; overrides=true | false | false | " + OUT,
        "- | UBF8T346G9=com.microsoft.wdav.epsext; UBF8T346G9=com.microsoft.wdav.netext | true"
            + " | true | "
            + NAME,
        "overrides=false | teams=UBF8T346G9 | false | true | " + TEAM,
        "overrides=true | overrides=false | false | false | " + OUT,
        "X9E956P446=com.x | UBF8T346G9=" + BOTH + " | true | true | " + NAME,
        "UBF8T346G9=com.microsoft.wdav.epsext | UBF8T346G9=com.microsoft.wdav.netext | true"
            + " | true | "
            + NAME,
        "types:UBF8T346G9=NetworkExtension | teams=UBF8T346G9 | true | false | a profile does not"
            + " allow its type EndpointSecurityExtension",
        "types:UBF8T346G9=NetworkExtension teams=UBF8T346G9"
            + " | types:UBF8T346G9=com.apple.system_extension.endpoint_security | true | true | "
            + TEAM,
        "junk | - | - | - | " + BAD,
        "junk | teams=X9E956P446 | - | - | " + BAD,
        "junk | teams=UBF8T346G9 | - | true | " + TEAM + "; " + BAD,
        "junk | overrides=false | false | - | " + BAD,
      })
  void fileAndDatabaseAreAUnion(
      String file, String known, Boolean may, Boolean allows, String evidence) throws Exception {
    if (file != null) {
      mac.write(
          SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY,
          file.equals("junk") ? "bplist00 and no more" : payload(file, "AllowedSystemExtensions"));
    }
    assertSays(may, allows, evidence, system(known == null ? new String[0] : known.split("; ")));
  }

  @Test
  void theDetailsSayWhatIsMissing() throws Exception {
    assertEquals(Policies.NONE, system().details());
    Policies types = system("teams=UBF8T346G9 types:UBF8T346G9=NetworkExtension").details();
    assertEquals(List.of("EndpointSecurityExtension"), types.missingTypes());
    assertEquals(List.of(), types.missingBundles());
    assertFalse(types.namesUserOverrides());
    Policies bundles = system("overrides=true UBF8T346G9=com.microsoft.wdav.epsext").details();
    assertEquals(List.of("com.microsoft.wdav.netext"), bundles.missingBundles());
    assertTrue(bundles.namesUserOverrides());
  }

  /** What macOS' own list calls the locks is not known: any name that begins like theirs. */
  @ParameterizedTest
  @CsvSource({
    "NonRemovableSystemExtensions, UBF8T346G9, true",
    "NonRemovableFromUISystemExtensions, UBF8T346G9, true",
    "nonRemovableFromUIExtensions, UBF8T346G9, true",
    "nonRemovableExtensions, UBF8T346G9, true",
    "NonRemovableSystemExtensions, X9E956P446, false",
    "RemovableSystemExtensions, UBF8T346G9, false",
    "AllowedSystemExtensions, UBF8T346G9, false",
  })
  void lockedBundlesAreReported(String key, String team, boolean locks) throws Exception {
    String lock = payload(team + "=" + BOTH, key);
    List<String> locked = locks ? List.of(BOTH.split(",", -1)) : List.of();
    assertEquals(
        locked,
        ManagedPolicy.system(new PlistCache(mac.root()), List.of(parsed(lock)))
            .details()
            .lockedBundles());
    mac.write(SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY, lock);
    assertEquals(locked, system("overrides=true").details().lockedBundles());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "teams=UBF8T346G9 UBF8T346G9=com.microsoft.wdav.epsext | true",
        "teams=UBF8T346G9 UBF8T346G9= | true",
        "teams=UBF8T346G9 X9E956P446=com.x | false",
        "UBF8T346G9=com.microsoft.wdav.epsext | false",
      })
  void aTeamInBothListsIsReported(String payload, boolean twice) throws Exception {
    assertEquals(twice, system(payload).details().teamNamedTwice());
    mac.write(
        SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY, payload(payload, "AllowedSystemExtensions"));
    assertEquals(twice, system().details().teamNamedTwice());
  }

  @Test
  void aKextProfileThatCannotBeReadLeavesItUnknown() throws Exception {
    mac.write(SystemPaths.MANAGED_KEXT_POLICY, "bplist00 and no more");
    assertSays(null, null, BAD, kernel(OTHERS_ROWS, null));
    assertEquals(SystemPaths.MANAGED_KEXT_POLICY, kernel(NO_ROWS, null).details().unreadableFile());
    assertSays(null, true, BAD, kernel(ALLOWED, null));
  }

  private static void assertSays(
      Boolean may, Boolean allows, String evidence, ManagedPolicy policy) {
    assertEquals(may, policy.userMayApprove(), policy::toString);
    assertEquals(allows, policy.allows(), policy::toString);
    assertEquals(evidence, policy.evidence());
  }

  private ManagedPolicy kernel(PolicyResult database, Boolean enrolled) throws Exception {
    return ManagedPolicy.kernel(
        new PlistCache(mac.root()), WatchedExtension.DEFENDER, database, enrolled);
  }

  private ManagedPolicy system(String... known) throws Exception {
    List<Plist> policies =
        Arrays.stream(known)
            .map(
                words ->
                    payload(words, "allowedExtensions")
                        .replace("AllowedTeamIdentifiers", "allowedTeamIDs")
                        .replace("AllowedSystemExtensionTypes", "allowedExtensionTypes")
                        .replace("AllowUserOverrides", "allowUserOverrides"))
            .map(ManagedPolicyTest::parsed)
            .toList();
    return ManagedPolicy.system(new PlistCache(mac.root()), policies);
  }

  private static Plist parsed(String xml) {
    try {
      return Plist.parse(xml.getBytes(StandardCharsets.UTF_8), "policy");
    } catch (java.io.IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static PolicyRows ours(boolean allowed) {
    PolicyRow row = new PolicyRow("UBF8T346G9", "com.microsoft.wdavkext", allowed);
    return new PolicyRows(List.of(), List.of(row), true);
  }

  /**
   * A payload in words: {@code overrides=…}, {@code teams=…}, a team and its bundles, or {@code
   * types:} with a team and its types.
   */
  private static String payload(String words, String bundlesKey) {
    StringBuilder entries = new StringBuilder();
    for (String word : words.strip().isEmpty() ? new String[0] : words.split(" ")) {
      String[] part = word.split("=", 2);
      entries.append(
          switch (part[0]) {
            case "overrides" ->
                "<key>AllowUserOverrides</key>"
                    + switch (part[1]) {
                      case "'true'" -> "<string>true</string>";
                      case "0", "1" -> "<integer>" + part[1] + "</integer>";
                      default -> "<" + part[1] + "/>";
                    };
            case "teams" -> "<key>AllowedTeamIdentifiers</key>" + array(part[1]);
            case "identifier" -> "<key>PayloadIdentifier</key><string>" + part[1] + "</string>";
            default ->
                "<key>%s</key><dict><key>%s</key>%s</dict>"
                    .formatted(
                        part[0].startsWith("types:") ? "AllowedSystemExtensionTypes" : bundlesKey,
                        part[0].replace("types:", ""),
                        array(part[1]));
          });
    }
    return StubMac.plist(entries.toString());
  }

  private static String array(String items) {
    return "<array><string>" + items.replace(",", "</string><string>") + "</string></array>";
  }
}
