package org.kextwatch.agent.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.config.Settings.WatchedExtension;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.mac.ToolRun;
import org.kextwatch.agent.status.KernelEntry;

final class KernelListTest {
  private static final String OURS = "com.microsoft.wdavkext";

  @ParameterizedTest
  @CsvSource({
    "030-kextstat-mojave-18.7.0.txt, com.apple.kpi.bsd, 18.7.0",
    "030-kextstat-mojave-18.7.0.txt, com.apple.kec.Libm, 1",
    "030-kextstat-mojave-18.7.0.txt, com.microsoft.wdavkext,",
    "030-kextstat-mojave-18.7.0.txt, com.apple.kpi,",
    "030-kextstat-mojave-18.7.0.txt, apple.kpi.bsd,",
    "030-kextstat-mojave-18.7.0.txt, com.apple.kpi.bs,",
    "030-kextstat-mojave-18.7.0.txt, com.apple-kpi.bsd,",
    "032-kextstat-sierra-16.7.0.txt, com.apple.kec.corecrypto, 1.0",
    "033-kextstat-3dconnexion-thirdparty.txt, com.3dconnexion.driver, 1.1.0",
    "035-kextstat-shim-bigsur-20.4.0.txt, com.apple.kpi.dsep, 20.4.0",
    "035-kextstat-shim-bigsur-20.4.0.txt, com.apple.kec.Libm, 1",
    "035-kextstat-shim-bigsur-20.4.0.txt, com.microsoft.wdavkext,",
    "037-kextstat-shim-20.5.0-hacktricks.txt, com.apple.kpi.bsd, 20.5.0",
    "040-kextstat-rtwlanu-loaded-after-reboot.txt, com.realtek.driver.RtWlanU, 1830.32.b27",
    "041-kmutil-showloaded-vgpu-probe.txt, com.vgpu.probe, 1.0.0",
    "042-kmutil-showloaded-listonly-contract.txt, com.microsoft.wdavkext,",
  })
  void aRecordedListIsRead(String recording, String bundleId, String version) {
    ToolRun run = shownOn(Recordings.kext(recording));
    KernelEntry expected =
        version == null ? KernelEntry.NOT_LOADED : new KernelEntry(true, version);
    assertEquals(expected, KernelList.parse(run, bundleId));
  }

  @Test
  void messagesOfTheShimAreNoRow() {
    String chatter = Recordings.kext("038-kextstat-shim-listonly-none-loaded.txt");
    ToolRun run = new ToolRun.Finished(0, "", chatter);
    assertEquals(KernelEntry.NOT_LOADED, KernelList.parse(run, "org.virtualbox.kext.VBoxUSB"));
    ToolRun merged = new ToolRun.Finished(0, chatter, "");
    assertEquals(KernelEntry.NOT_LOADED, KernelList.parse(merged, "org.virtualbox.kext.VBoxUSB"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 71, 137})
  void aListThatFailsIsUnknownDespiteItsOutput(int exitCode) {
    ToolRun run = new ToolRun.Finished(exitCode, "  1 0 0 0 0 " + OURS + " (1.0) UUID", "");
    assertEquals(KernelEntry.UNKNOWN, KernelList.parse(run, OURS));
    assertEquals(KernelEntry.UNKNOWN, KernelList.parse(new ToolRun.TimedOut("", ""), OURS));
  }

  @ParameterizedTest
  @EnumSource(ToolRun.FailureCause.class)
  void aListerThatDoesNotRunIsUnknown(ToolRun.FailureCause cause) {
    assertEquals(KernelEntry.UNKNOWN, KernelList.parse(new ToolRun.NotRun(cause, "x"), OURS));
  }

  @ParameterizedTest
  @CsvSource({"'()'", "'( )'", "'(1\n2)'"})
  void aRowWithoutVersionIsNotAVersion(String version) {
    KernelEntry listed = KernelList.parse(new ToolRun.Finished(0, OURS + " " + version, ""), OURS);
    assertEquals(null, listed.version());
  }

  @Test
  void kextstatIsAskedForOurBundleWithoutHeader(@TempDir Path folder) throws Exception {
    StubMac mac = new StubMac(folder.resolve("mac"));
    Path call = folder.resolve("call");
    mac.tool(Tool.KEXTSTAT, "echo \"$@\" > %s; echo \"1 0 0 0 0 $3 (101.0) U\"".formatted(call));
    KernelEntry listed =
        new KernelList(mac.tools()).listed(WatchedExtension.DEFENDER, Duration.ofSeconds(30));
    assertEquals(new KernelEntry(true, "101.0"), listed);
    assertEquals("-l -b com.microsoft.wdavkext\n", Files.readString(call));
  }

  /** The shim's two lines go to stderr, a terminal mixes them into the rest. */
  private static ToolRun shownOn(String terminal) {
    Stream<String> rows =
        terminal.lines().filter(l -> !l.startsWith("Executing:") && !l.startsWith("No variant"));
    return new ToolRun.Finished(0, rows.collect(Collectors.joining("\n")), "");
  }
}
