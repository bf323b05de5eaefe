package org.kextwatch.agent.approval;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.approval.Allowance.PolicyKeys;
import org.kextwatch.agent.approval.PolicyResult.PolicyRows;
import org.kextwatch.agent.approval.PolicyResult.Unreadable;
import org.kextwatch.agent.approval.SystemExtensionList.ExtensionRow;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.PlistSeeds;
import org.kextwatch.agent.fuzz.Seeds;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.remedy.Decision;
import org.kextwatch.agent.remedy.Remedy;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.SystemExtension;

/** What macOS says about approval; nobody is at the console, so no prompt is renewed. */
public final class ApprovalFuzz {
  private static final WatchedExtension DEFENDER = WatchedExtension.DEFENDER;
  private static final String TEAM = "55424638543334364739";
  private static final String BUNDLE = "636F6D2E6D6963726F736F66742E776461766B657874";
  private static final Pattern ALLOWED_ROW =
      Pattern.compile("(?im)^(user|mdm)," + TEAM + ",(" + BUNDLE + ")?,31\\s*$");

  /** Text of XML that does not stand in the file as it is read. */
  private static final Pattern IN_PIECES = Pattern.compile("(?s)&|<!\\[|<!--|\\?>.*\\?>");

  private static final String END = "\nend\n";
  private static final Optional<MacVersion> MOJAVE =
      Optional.of(new MacVersion(10, 14, "10.14.6", ""));

  private ApprovalFuzz() {}

  public static List<FuzzTarget> targets() {
    String rows = "user," + TEAM + "," + BUNDLE + ",31\nmdm," + TEAM + ",,31";
    return List.of(
        FuzzTarget.ofText(
            "KextPolicy",
            List.of(
                rows + END,
                "user," + TEAM + "," + BUNDLE + ",30" + END,
                "mdm,4551485853484435334E,,31" + END,
                "end\n"),
            ApprovalFuzz::database),
        FuzzTarget.ofText(
            "kextstat",
            Seeds.texts("/recordings/kext", ".*(kextstat|showloaded).*"),
            ApprovalFuzz::kernel),
        FuzzTarget.ofText(
            "systemextensionsctl",
            Stream.of("/recordings/kext", "/recordings/mdatp")
                .flatMap(folder -> Seeds.texts(folder, ".*sysext.*txt").stream())
                .toList(),
            ApprovalFuzz::listed),
        new FuzzTarget("db.plist", PlistSeeds.all(), ApprovalFuzz::databaseOfExtensions),
        new FuzzTarget("policies", policiesOfSome(), ApprovalFuzz::policies));
  }

  /** For Defender's team, and for another one. */
  private static List<byte[]> policiesOfSome() {
    return PlistSeeds.all().stream()
        .flatMap(
            seed -> {
              String text = new String(seed, StandardCharsets.ISO_8859_1);
              String others = text.replace(DEFENDER.teamId(), "EQHXZ8M8AV");
              return Stream.of(seed, others.getBytes(StandardCharsets.ISO_8859_1));
            })
        .toList();
  }

  private static void database(String printed) {
    PolicyResult result =
        PolicyQuery.parse(printed, DEFENDER)
            .<PolicyResult>map(rows -> rows)
            .orElse(new Unreadable("garbage"));
    boolean hasRow = ALLOWED_ROW.matcher(printed).find();
    check(!Grant.isGiven(result.grant()) || hasRow, "a grant out of nothing");
    check(!runs(KernelEntry.NOT_LOADED, result, ManagedPolicy.NONE) || hasRow, "kextutil");
    check(result.evidence().length() < 200, "long evidence");
  }

  private static void kernel(String printed) {
    ToolRun run = new ToolRun.Finished(0, printed, "");
    KernelEntry entry = KernelList.parse(run, DEFENDER.bundleId());
    check(!entry.isLoaded() || printed.contains(DEFENDER.bundleId() + " ("), "loaded");
    check(entry.version() == null || entry.version().length() <= 64, "a long version");
    check(
        !runs(entry, new PolicyRows(List.of(), List.of(), false), ManagedPolicy.NONE), "kextutil");
  }

  private static void listed(String printed) {
    ToolRun run = new ToolRun.Finished(0, printed, "");
    List<ExtensionRow> rows = SystemExtensionList.printed(run).orElse(null);
    // "activated enabled" with any white space between
    is(rows, Pattern.compile("activated\\s+enabled|activated_enabled").matcher(printed).find());
  }

  private static void databaseOfExtensions(byte[] bytes) {
    try {
      Plist plist = Plist.parse(bytes, "db.plist");
      String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("\0", "");
      boolean maySay = text.contains("activated_enabled") || text.contains("&");
      is(SystemExtensionList.inDatabase(plist).orElse(null), maySay);
      plist.dictionaries("extensionPolicies").ifPresent(ApprovalFuzz::allowances);
    } catch (IOException e) {
      // it says so
    }
  }

  /** Whatever the rows are, the state is one, and is active only where the text says so. */
  private static void is(@Nullable List<ExtensionRow> rows, boolean maySayActive) {
    List<SystemExtension> ours = SystemExtensions.ofDefender(rows);
    ExtensionState state = SystemExtensions.state(ours);
    check(state != ExtensionState.ACTIVE || maySayActive, "active out of nothing");
    SystemExtensions.grant(ours);
    check(SystemExtensions.evidence(ours).length() < 100_000, "long evidence");
  }

  private static void policies(byte[] bytes) {
    try {
      Plist policy = Plist.parse(bytes, "a policy");
      String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("\0", "");
      allowances(List.of(policy));
      boolean maySay = text.contains(DEFENDER.teamId()) || IN_PIECES.matcher(text).find();
      check(maySay || !isAllowed(policy), "allowed out of nothing");
    } catch (IOException e) {
      // it says so
    }
  }

  private static void allowances(List<Plist> policies) {
    for (PolicyKeys keys : List.of(PolicyKeys.KERNEL, PolicyKeys.SYSTEM, PolicyKeys.OWN_LIST)) {
      Allowance allowance = Allowance.of(DEFENDER.teamId(), keys, policies);
      allowance.missing(SystemExtensions.DEFENDERS);
      allowance.and(allowance).missing(SystemExtensions.DEFENDERS);
    }
  }

  private static boolean isAllowed(Plist policy) {
    return Stream.of(PolicyKeys.KERNEL, PolicyKeys.SYSTEM, PolicyKeys.OWN_LIST)
        .map(keys -> Allowance.of(DEFENDER.teamId(), keys, List.of(policy)))
        .anyMatch(allowance -> allowance.missing(Set.of(DEFENDER.bundleId())).isEmpty());
  }

  private static boolean runs(KernelEntry listed, PolicyResult database, ManagedPolicy policy) {
    LoadHistory history = LoadHistory.NONE.seen(StatusSamples.NOON, "boot", "1", database.grant());
    Extension extension =
        Derivation.extension(
            DEFENDER,
            new Evidence(
                MOJAVE,
                true,
                "1",
                listed,
                database.grant(),
                database.evidence(),
                policy,
                history,
                null,
                null,
                ManagedPolicy.NONE));
    Decision decision =
        Remedy.decide(extension, history, Settings.defaults(), false, false, StatusSamples.NOON);
    return !(decision instanceof Decision.Nothing);
  }
}
