package org.kextwatch.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.kextwatch.agent.Script.Ended;

/** What goes wrong in the middle of an install, in every shell: the Mac is watched afterwards. */
class InstallMishapsTest extends InstalledMac {
  private static final String SLOW = "it runs; its first look takes longer than 30 seconds";

  @Test
  void aSlowFirstLookIsNoFailure() throws Exception {
    release("0.5.0");
    Ended first = install("--java", runtime);
    assertDone(first);
    assertTrue(first.err().contains(SLOW), first::err);
    assertTrue(launchd.pid() > 0);
    assertEquals("rwx------", mode(state()));
    assertFalse(Files.exists(state().resolve("stop-cause")));
  }

  @Test
  void aMacWhoseFirstLookIsSlowCanBeUpgraded() throws Exception {
    installed();
    release("0.5.0");
    Ended upgrade = install();
    assertDone(upgrade);
    assertTrue(upgrade.err().contains(SLOW), upgrade::err);
    assertEquals(Path.of("releases/0.5.0"), current());
    assertEquals("upgrade\n", causes());
  }

  @Test
  void theSignOfOneThatDidNotComeUpIsNotLeft() throws Exception {
    release("0.3.0");
    Ended first = install("--java", runtime);
    assertFailed(70, "there was no new " + support.resolve("status.json"), first);
    assertFalse(Files.exists(state().resolve("stop-cause")));
  }

  @Test
  void anUpgradeWaitsWhateverLaunchdSaysMeanwhile() throws Exception {
    installed();
    launchd.refusals.set(4);
    launchd.refusal = 37;
    release("0.2.0");
    assertDone(install());
    assertEquals(
        4, Collections.frequency(launchd.calls(), "bootstrap 37"), launchd.calls()::toString);
    assertTrue(launchd.pid() > 0);
  }

  private Path state() {
    return mac.resolve("private/var/db/kextwatch");
  }
}
