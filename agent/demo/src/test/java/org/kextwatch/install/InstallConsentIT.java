package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.kextwatch.agent.Script.Ended;

/** Where no Java runs that is still updated, whoever installs must agree to that once. */
class InstallConsentIT extends InstalledMac {
  private static final String ACCEPT = "--accept-unpatched-java";
  private static final String WHY = "no Java is known that still gets security updates";

  @ConcurrentTest
  void onAnOldMacAnyJavaNeedsConsent() throws Exception {
    macOs("10.13.6");
    refused("--java", runtime);
    macOs("10.15.7");
    refused("--java", runtime, "--dry-run");
    installFirst(ACCEPT);
    Ended again = install();
    assertTrue(again.err().contains("nothing is changed"), again::err);

    release("0.2.0");
    assertDone(install());
    assertEquals(Path.of("releases/0.2.0"), current());
    assertTrue(Files.exists(consent()));

    Files.delete(consent()); // as of a release that did not ask
    release("0.4.0");
    refused();
    assertDone(install(ACCEPT));
  }

  @ConcurrentTest
  void onOtherMacsNobodyIsAsked() throws Exception {
    macOs("11.0");
    assertDone(install("--java", runtime, ACCEPT));
    assertFalse(Files.exists(consent()));
    assertTrue(install().err().contains("nothing is changed"));
  }

  @ConcurrentTest
  void aPackageMayAgreeForItsMacs() throws Exception {
    Path staging = temp.toRealPath().resolve("staging");
    Path there = staging.resolve("Library/Application Support/Kextwatch/current");
    assertDone(script("--destdir", staging, "--java", runtime));
    assertFalse(Files.exists(there.resolve("accepted-unpatched-java")));
    assertDone(script("--destdir", staging, "--java", runtime, ACCEPT));
    assertTrue(Files.exists(there.resolve("accepted-unpatched-java")));
  }

  private Path consent() {
    return support.resolve("current/accepted-unpatched-java");
  }

  private void refused(Object... options) throws Exception {
    Map<String, String> before = everything();
    assertFailed(69, WHY, install(options));
    assertEquals(before, everything());
  }
}
