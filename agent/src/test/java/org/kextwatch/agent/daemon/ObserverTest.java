package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.approval.ExtensionReader;
import org.kextwatch.agent.approval.FolderMac;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.daemon.Schedule.Look;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Device.Mdm;

final class ObserverTest {
  private static final Moment NOON = Moment.now();

  @TempDir private Path folder;
  private FolderMac mac;
  private Observer observer;

  @BeforeEach
  void makeMac() throws Exception {
    mac = new FolderMac(folder.resolve("mac"));
    observer = new Observer(mac.root(), mac.tools(), new ExtensionReader(mac.root(), mac.tools()));
  }

  @Test
  void theEnrolmentIsAskedForOnceAnHour() throws Exception {
    String note = "echo \"$*\" >>'" + folder.resolve("calls") + "'\n";
    mac.tool(Tool.PROFILES, note + "echo 'MDM enrollment: Yes (User Approved)'");
    assertEquals(new Mdm(true, true), mdm(NOON));
    mac.tool(Tool.PROFILES, note + "echo 'MDM enrollment: No'");
    assertEquals(new Mdm(true, true), mdm(NOON.plus(Duration.ofMinutes(59))));
    assertEquals(new Mdm(false, false), mdm(NOON.plus(Duration.ofMinutes(60))));
    assertEquals(new Mdm(false, false), mdm(NOON.plus(Duration.ofMinutes(119))));
    assertEquals(2, Files.readAllLines(folder.resolve("calls")).size());
  }

  @Test
  void aMacThatTellsNothingIsUnknownAndNotOdd() {
    Observer.Seen seen = look(NOON);
    assertEquals(Mdm.UNKNOWN, seen.observation().device().mdm());
    assertEquals(List.of(), seen.warnings());
  }

  @Test
  void whatIsOddAboutTheMacIsSeen() throws Exception {
    mac.macOs("10.14.6");
    mac.kext("/Library/Extensions/wdavkext.kext", "");
    mac.tool(Tool.STAT, "echo -");
    assertEquals(1, look(NOON).warnings().size());
  }

  private Mdm mdm(Moment now) {
    return look(now).observation().device().mdm();
  }

  private Observer.Seen look(Moment now) {
    return observer.look(Look.FULL, Settings.defaults(), State.fresh(null), now);
  }
}
