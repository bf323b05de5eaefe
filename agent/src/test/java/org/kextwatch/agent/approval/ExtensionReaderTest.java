package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.approval.ExtensionReader.ExtensionSnapshot;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.MacVersion;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.SystemPaths;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Extension;
import org.kextwatch.agent.status.ExtensionKind;
import org.kextwatch.agent.status.ExtensionState;
import org.kextwatch.agent.status.Grant;
import org.kextwatch.agent.status.KernelEntry;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Trigger;

/** The whole look at a Mac that lives through the story: blocked, Allow, loaded, restarted. */
final class ExtensionReaderTest extends OnAStubMac {
  private static final Instant NOW = Instant.parse("2026-11-23T18:45:17Z");

  /** Before its files were written, so that each look reads all of them. */
  private static final Moment LONG_AGO = new Moment(NOW, 0);

  private static final Attempt BLOCKED = new Attempt(NOW, Outcome.POLICY_BLOCKED, 27, "Kext rej.");

  private Path database;
  private ExtensionReader reader;

  @BeforeEach
  void layOut() throws Exception {
    mac.realSqlite();
    mac.macOs("10.14.6");
    mac.kext(
        "/Library/Extensions/wdavkext.kext",
        "<key>CFBundleShortVersionString</key><string>101.02.48</string>");
    mac.tool(Tool.KEXTSTAT, "exit 0");
    database = mac.place(SystemPaths.KEXT_POLICY);
    SqliteWriter.run(database, KextPolicyTest.WAL, Recordings.kext("kextpolicy-schema-10.14.sql"));
    reader = new ExtensionReader(mac.root(), mac.tools());
  }

  @Test
  void aBlockedKextIsAwaitedThenApprovedThenLoaded() throws Exception {
    ExtensionSnapshot first = read(LoadHistory.NONE, "boot-1");
    assertEquals(ExtensionKind.KERNEL, first.extension().kind());
    assertEquals(ExtensionState.NEVER_REQUESTED, first.extension().state());
    assertEquals("101.02.48", first.extension().version());
    assertEquals("101.02.48", first.history().kextVersion());
    assertEquals("boot-1", first.history().bootId());
    assertNull(first.extension().userMayApprove());

    LoadHistory tried = first.history().beginning(NOW, Trigger.PROMPT_RENEWAL).ended(BLOCKED);
    ExtensionSnapshot awaiting = read(tried, "boot-1");
    assertEquals(ExtensionState.AWAITING_APPROVAL, awaiting.extension().state());
    assertEquals(BLOCKED, awaiting.extension().lastAttempt());

    SqliteWriter.run(database, KextPolicyTest.APPROVE);
    ExtensionSnapshot approved = read(awaiting.history(), "boot-1");
    assertEquals(ExtensionState.APPROVED_INACTIVE, approved.extension().state());
    assertEquals(Grant.USER, approved.extension().grant());
    assertNull(approved.extension().lastAttempt());
    assertEquals(NOW, approved.history().grantedSince());

    ExtensionSnapshot conflict = read(approved.history().ended(BLOCKED), "boot-1");
    assertEquals(ExtensionState.CONFLICT, conflict.extension().state());

    mac.tool(Tool.KEXTSTAT, "echo ' 150 0 0 0 0 com.microsoft.wdavkext (101.02.48) UUID <5>'");
    Extension active = read(conflict.history(), "boot-1").extension();
    assertEquals(ExtensionState.ACTIVE, active.state());
    assertEquals("101.02.48", active.loadedVersion());
  }

  @Test
  void anAttemptOfAnotherBootOrVersionIsForgotten() throws Exception {
    LoadHistory tried = read(LoadHistory.NONE, "boot-1").history().ended(BLOCKED);
    assertEquals(ExtensionState.NEVER_REQUESTED, read(tried, "boot-2").extension().state());
    assertEquals(ExtensionState.AWAITING_APPROVAL, read(tried, null).extension().state());
    mac.kext("/Library/Extensions/wdavkext.kext", "<key>CFBundleVersion</key><string>102</string>");
    assertEquals(ExtensionState.NEVER_REQUESTED, read(tried, "boot-1").extension().state());
  }

  @Test
  void anUnreadableDatabaseAndListAreUnknownAndRevokeNothing() throws Exception {
    SqliteWriter.run(database, KextPolicyTest.APPROVE);
    LoadHistory granted = read(LoadHistory.NONE, "boot-1").history();
    Files.delete(database);
    ExtensionSnapshot lost = read(granted, "boot-1");
    assertEquals(ExtensionState.UNKNOWN, lost.extension().state());
    assertEquals(Grant.UNREADABLE, lost.extension().grant());
    assertEquals("KextPolicy cannot be read: no database file", lost.extension().grantEvidence());
    assertEquals(granted, lost.history());
    mac.tool(Tool.KEXTSTAT, "exit 1");
    assertNull(read(granted, "boot-1").extension().loaded());
    assertEquals(KernelEntry.UNKNOWN, reader.listed(Settings.defaults()));
  }

  @Test
  void nothingIsKnownOfAnEmptyFolder() throws Exception {
    StubMac empty = new StubMac(temporary.resolve("empty"));
    Extension extension =
        new ExtensionReader(empty.root(), empty.tools())
            .read(
                Settings.defaults(),
                MacVersion.of(mac.root()),
                LoadHistory.NONE,
                LONG_AGO,
                null,
                null,
                null)
            .extension();
    assertEquals(ExtensionKind.UNKNOWN, extension.kind());
    assertEquals(ExtensionState.UNKNOWN, extension.state());
  }

  @Test
  void aMacWithSystemExtensionsIsRecognised() throws Exception {
    mac.macOs("11.2.3");
    assertEquals(ExtensionKind.SYSTEM, read(LoadHistory.NONE, null).extension().kind());
    mac.macOs("10.15.7");
    Extension extension =
        reader
            .read(
                Settings.defaults(),
                MacVersion.of(mac.root()),
                LoadHistory.NONE,
                LONG_AGO,
                null,
                null,
                "endpoint_security_extension")
            .extension();
    assertEquals(ExtensionKind.SYSTEM, extension.kind());
  }

  @ParameterizedTest
  @CsvSource({
    // macOS, netext and epsext as the file has them, kind and state with no kext on disk
    "10.14.6, -, -, NONE, ABSENT",
    "10.14.6, activated_enabled, activated_enabled, NONE, ABSENT",
    "10.15.7, -, -, NONE, ABSENT",
    "10.15.7, unreadable, -, UNKNOWN, UNKNOWN",
    "10.15.7, terminated_waiting_to_uninstall_on_reboot, -, NONE, ABSENT",
    "10.15.7, terminating_for_disable, -, SYSTEM, DISABLED",
    "15.1, terminating_for_disable, terminating_for_disable_but_still_running, SYSTEM, DISABLED",
    "10.15.7, activated_enabled, activated_waiting_for_user, SYSTEM, AWAITING_APPROVAL",
    "10.16, -, -, SYSTEM, ABSENT",
    "11.2.3, unreadable, -, SYSTEM, UNKNOWN",
    "11.2.3, activated_enabled, activated_enabled, SYSTEM, ACTIVE",
    "13.6, activated_enabled, activated_disabled, SYSTEM, DISABLED",
    "15.1, activated_enabled, activated_waiting_to_upgrade_on_reboot, SYSTEM, PENDING_RESTART",
    "26.0, activated_waiting_for_user, activated_enabled, SYSTEM, AWAITING_APPROVAL",
  })
  void systemExtensionsAreReadWhereTheyExist(
      String macOs, String netext, String epsext, ExtensionKind kind, ExtensionState state)
      throws Exception {
    mac.macOs(macOs);
    Path kext = mac.place("/Library/Extensions/wdavkext.kext");
    Files.move(kext, kext.resolveSibling("other.kext"));
    mac.write(
        SystemPaths.SYSTEM_EXTENSIONS,
        netext.equals("unreadable")
            ? "bplist00"
            : StubMac.plist(
                "<key>extensions</key><array>%s%s</array>"
                    .formatted(row("netext", netext), row("epsext", epsext))));
    Extension extension = read(LoadHistory.NONE, null).extension();
    assertEquals(kind, extension.kind());
    assertEquals(state, extension.state());
  }

  /** There the kernel's list and KextPolicy say nothing of Defender. */
  @ParameterizedTest
  @CsvSource({
    "10.14.6, activated_enabled, true",
    "10.15.7, terminated_waiting_to_uninstall_on_reboot, true",
    "10.15.7, activated_enabled, false",
    "15.1, activated_enabled, false",
    "26.1, terminating_for_disable, false",
  })
  void noToolForKextsRunsWhereThereAreSystemExtensions(String macOs, String state, boolean asked)
      throws Exception {
    mac.macOs(macOs);
    mac.write(
        SystemPaths.SYSTEM_EXTENSIONS,
        StubMac.plist("<key>extensions</key><array>" + row("epsext", state) + "</array>"));
    Path calls = temporary.resolve("calls");
    mac.tool(Tool.KEXTSTAT, "echo kextstat >>'" + calls + "'");
    mac.tool(Tool.SQLITE3, "echo sqlite3 >>'" + calls + "'; exit 1");
    Extension extension = read(LoadHistory.NONE.ended(BLOCKED), null).extension();
    assertEquals(asked, Files.exists(calls));
    assertEquals(asked, extension.lastAttempt() != null);
  }

  private static String row(String name, String state) {
    return state.equals("-")
        ? ""
        : """
        <dict><key>identifier</key><string>com.microsoft.wdav.%s</string>
        <key>teamID</key><string>UBF8T346G9</string>
        <key>state</key><string>%s</string></dict>\
        """
            .formatted(name, state);
  }

  @ParameterizedTest
  @CsvSource({
    "10.13.6, echo restricted, false",
    "10.14.6, 'echo hidden,restricted', false",
    "10.14.6, echo -, true",
    "10.15.7, echo hidden, true",
    "10.14.6, echo -; exit 1, false",
    "11.2.3, echo -, false",
  })
  void aStagingFolderWithoutItsFlagIsAWarning(String macOs, String stat, boolean odd)
      throws Exception {
    mac.macOs(macOs);
    assertEquals(List.of(), reader.warnings(Settings.defaults()));
    String folder = mac.place(SystemPaths.KEXT_STAGING).toString();
    mac.tool(Tool.STAT, "[ \"$*\" = '-f %Sf " + folder + "' ] || exit 2\n" + stat);
    assertEquals(
        odd
            ? List.of(
                "/private/var/db/KernelExtensionManagement lacks the restricted flag: macOS may"
                    + " refuse to load any kernel extension.")
            : List.of(),
        reader.warnings(Settings.defaults()));
    Path kext = mac.place("/Library/Extensions/wdavkext.kext");
    Files.move(kext, kext.resolveSibling("other.kext"));
    assertEquals(List.of(), reader.warnings(Settings.defaults()));
  }

  @Test
  void theStampsOfTheDatabaseChangeWithEveryCommitAndNotWithALook() throws Exception {
    List<FileStamp> clean = reader.databaseStamps();
    read(LoadHistory.NONE, null);
    assertEquals(clean, reader.databaseStamps());
    Files.createFile(mac.place(SystemPaths.KEXT_POLICY + "-wal"));
    assertEquals(clean, reader.databaseStamps());
    try (SqliteWriter writer = new SqliteWriter(database)) {
      writer.execute(KextPolicyTest.APPROVE);
      List<FileStamp> logged = reader.databaseStamps();
      assertEquals(clean.get(0), logged.get(0));
      assertEquals(List.of(1, 2), List.of(clean.size(), logged.size()));
      read(LoadHistory.NONE, null);
      assertEquals(logged, reader.databaseStamps());
      writer.execute("PRAGMA wal_checkpoint");
    }
    assertNotEquals(clean.get(0), reader.databaseStamps().get(0));
    Files.delete(database);
    assertEquals(List.of(), reader.databaseStamps());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        SystemPaths.SYSTEM_EXTENSIONS,
        SystemPaths.MANAGED_SYSTEM_EXTENSION_POLICY,
        SystemPaths.MANAGED_KEXT_POLICY
      })
  void theStampsChangeWithEachFileThatMacOsWrites(String file) throws Exception {
    List<FileStamp> none = reader.stamps();
    mac.write(file, "one");
    List<FileStamp> one = reader.stamps();
    assertNotEquals(none, one);
    assertEquals(one, reader.stamps());
    Path next = mac.place(file + ".next");
    Files.writeString(next, "two");
    Files.move(next, mac.place(file), StandardCopyOption.REPLACE_EXISTING);
    assertNotEquals(one, reader.stamps());
  }

  private ExtensionSnapshot read(LoadHistory history, String bootId) {
    return reader.read(
        Settings.defaults(), MacVersion.of(mac.root()), history, LONG_AGO, bootId, null, null);
  }
}
