package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.LoadHistory;
import org.kextwatch.simulator.SimulatedMac;

/** How attempts are counted on a Mac with real files, tools and state. */
final class AttemptTest {
  private static final String STATE = "/private/var/db/kextwatch/state.json";

  @TempDir private Path folder;
  private SimulatedMac mac;

  @BeforeEach
  void aMac() throws Exception {
    mac = SimulatedMac.create(folder.resolve("mac"));
    mac.prepareForAgent(Map.of(), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  }

  /** A kext can take the Mac down, and us with it. */
  @Test
  void theStateOnDiskCountsAnAttemptBeforeTheLoaderRuns() throws Exception {
    mac.approveByProfile();
    Path atThatTime = folder.resolve("state-while-the-loader-runs.json");
    kextutil("cp '" + mac.path(STATE) + "' '" + atThatTime + "'; exit 71");

    check();

    LoadHistory during = history(atThatTime);
    assertEquals(1, during.attempts());
    assertNotNull(during.begun());
    assertNull(during.last());
    LoadHistory after = history(mac.path(STATE));
    assertEquals(1, after.attempts());
    assertNotNull(after.last());
  }

  @Test
  void aKextThatWasLoadedIsKnownToBeLoadedSince() throws Exception {
    mac.approveByProfile();

    check();

    assertTrue(mac.isLoaded());
    assertEquals(1, history(mac.path(STATE)).attempts());
    assertNotNull(history(mac.path(STATE)).loadedSince());
  }

  /** macOS acts on such a profile only when a load is tried. */
  @Test
  void aKextThatAProfileAllowsIsTriedThoughNobodyIsThereToAllowIt() throws Exception {
    mac.logOut();
    mac.write(
        "/Library/Managed Preferences/com.apple.syspolicy.kernel-extension-policy.plist",
        """
        <plist version="1.0"><dict>
        <key>AllowUserOverrides</key><false/>
        <key>AllowedTeamIdentifiers</key><array><string>UBF8T346G9</string></array>
        </dict></plist>
        """);

    check();

    assertEquals(1, mac.calls("kextutil").size());
    LoadHistory history = history(mac.path(STATE));
    assertEquals(1, history.attempts());
    assertEquals(List.of(), history.prompts());
  }

  private void check() throws Exception {
    Check.run(SystemRoot.at(mac.root()), true, false);
  }

  private void kextutil(String body) throws Exception {
    Files.writeString(mac.path("/usr/bin/kextutil"), "#!/bin/sh\n" + body + "\n");
  }

  private static LoadHistory history(Path state) {
    return new StateFile(state, new Disk()).load(null).state().loads();
  }
}
