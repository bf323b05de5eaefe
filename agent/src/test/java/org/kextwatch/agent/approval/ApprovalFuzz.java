package org.kextwatch.agent.approval;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
import org.kextwatch.agent.fuzz.MemoryFolder;
import org.kextwatch.agent.fuzz.PlistSeeds;
import org.kextwatch.agent.fuzz.Seeds;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Plist;
import org.kextwatch.agent.mac.PlistCache;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
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
  private static final Pattern USER_ROW =
      Pattern.compile("(?m)^user,(?i:" + TEAM + "," + BUNDLE + "),31$");
  private static final Pattern MDM_ROW =
      Pattern.compile("(?m)^mdm,(?i:" + TEAM + ",(" + BUNDLE + ")?),31$");
  private static final Pattern LOADED_ROW =
      Pattern.compile("(?:^|\\s)" + Pattern.quote(DEFENDER.bundleId()) + " \\(");

  /** A row of Defender's, with nothing but stars before the team. */
  private static final Pattern ENABLED_ROW =
      Pattern.compile(
          "(?m)^[ \\t*]*+UBF8T346G9\\s+com\\.microsoft\\.wdav\\.(epsext|netext)\\s+\\("
              + ".*\\[[ \\t]*activated[ \\t_]+enabled[ \\t]*][ \\t]*$");

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
                "user," + TEAM + ",,31\nmdm," + TEAM + ",,30" + END,
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
        new FuzzTarget("db.plist", listsOfSome(), ApprovalFuzz::databaseOfExtensions),
        new FuzzTarget(
            "Info.plist",
            PlistSeeds.with(
                Map.of("CFBundleShortVersionString", "1".repeat(65), "CFBundleVersion", "101.25")),
            ApprovalFuzz::bundle),
        new FuzzTarget("policies", listsOfSome(), ApprovalFuzz::policies));
  }

  /** For Defender's team, and for another one. */
  private static List<byte[]> listsOfSome() {
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
    boolean byUser = USER_ROW.matcher(printed).find();
    boolean byMdm = MDM_ROW.matcher(printed).find();
    Grant grant = result.grant();
    check(byUser || (grant != Grant.USER && grant != Grant.USER_AND_MDM), "a user's grant");
    check(byMdm || (grant != Grant.MDM && grant != Grant.USER_AND_MDM), "an MDM's grant");
    check(
        !Grant.isGiven(grant)
            || printed.endsWith("end\n")
            || printed.endsWith("end")
            || printed.endsWith("end\r")
            || printed.endsWith("end\r\n"),
        "a part of an answer");
    boolean hasRow = byUser || byMdm;
    check(!runs(KernelEntry.NOT_LOADED, result, ManagedPolicy.NONE) || hasRow, "kextutil");
    check(result.evidence().length() < 200, "long evidence");
  }

  private static void kernel(String printed) {
    ToolRun run = new ToolRun.Finished(0, printed, "");
    KernelEntry entry = KernelList.parse(run, DEFENDER.bundleId());
    check(!entry.isLoaded() || LOADED_ROW.matcher(printed).find(), "loaded");
    check(entry.version() == null || entry.version().length() <= 64, "a long version");
    check(
        !runs(entry, new PolicyRows(List.of(), List.of(), false), ManagedPolicy.NONE), "kextutil");
  }

  private static void listed(String printed) {
    ToolRun run = new ToolRun.Finished(0, printed, "");
    List<ExtensionRow> rows = SystemExtensionList.printed(run).orElse(null);
    is(rows, ENABLED_ROW.matcher(printed).find());
  }

  private static void databaseOfExtensions(byte[] bytes) {
    try {
      Plist plist = Plist.parse(bytes, "db.plist");
      is(SystemExtensionList.inDatabase(plist).orElse(null), hasEnabledRow(plist));
      plist.dictionaries("extensionPolicies").ifPresent(ApprovalFuzz::allowances);
    } catch (IOException e) {
      // it says so
    }
  }

  /** Whether one dictionary says it all, as the list has it or as plain values. */
  private static boolean hasEnabledRow(Plist plist) {
    Map<String, Object> values;
    try {
      values = plist.values();
    } catch (IOException e) {
      return true; // it holds too much to be sure
    }
    return values.get("extensions") instanceof List<?> all
        && all.stream()
            .anyMatch(
                one ->
                    one instanceof Map<?, ?> row
                        && DEFENDER.teamId().equals(row.get("teamID"))
                        && SystemExtensions.DEFENDERS.contains(
                            String.valueOf(row.get("identifier")))
                        && String.valueOf(row.get("state"))
                            .strip()
                            .matches("activated[\\s_]+enabled"));
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
      allowances(List.of(policy));
      check(isSaid(policy.values()) || !isAllowed(policy), "allowed out of nothing");
    } catch (IOException e) {
      // it says so
    }
  }

  /** A folder with that file in it is a kext, whatever the file says. */
  private static void bundle(byte[] bytes) throws RefusedPathException {
    Path info = Path.of(DEFENDER.path().substring(1), "Contents", "Info.plist");
    MemoryFolder.write(Folder.PATH.resolve(info), bytes);
    KextBundle kext = KextBundle.of(new PlistCache(SystemRoot.at(Folder.PATH)), DEFENDER);
    check(Boolean.TRUE.equals(kext.exists()), "no kext");
    String version = kext.version();
    check(version == null || (version.length() <= 64 && !version.isBlank()), "no version");
    check(
        version == null || version.chars().noneMatch(Character::isISOControl),
        "control characters");
  }

  /** Made when it is needed first. */
  private static final class Folder {
    static final Path PATH = MemoryFolder.make();
  }

  /** At its top, and for Defender's team. */
  private static boolean isSaid(Map<String, Object> policy) {
    return Stream.of("AllowedTeamIdentifiers", "allowedTeamIDs")
            .anyMatch(key -> has(policy.get(key), DEFENDER.teamId()))
        || Stream.of("AllowedKernelExtensions", "AllowedSystemExtensions", "allowedExtensions")
            .anyMatch(
                key ->
                    policy.get(key) instanceof Map<?, ?> byTeam
                        && has(byTeam.get(DEFENDER.teamId()), DEFENDER.bundleId()));
  }

  private static boolean has(@Nullable Object list, String text) {
    return list instanceof List<?> texts && texts.contains(text);
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
