package org.kextwatch.install;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.kextwatch.agent.Script.Ended;

/** What install.sh would do, which it tells and does not do, in every shell. */
class InstallDryRunIT extends InstalledMac {
  @ConcurrentTest
  void aDryRunTellsAndTouchesNothing() throws Exception {
    Map<String, String> before = everything();
    Ended plan =
        install(
            "--dry-run",
            "--java",
            runtime,
            "--endpoint",
            "https://x.example.com",
            "--secret-file",
            file("my secret", SECRET));
    assertEquals(0, plan.exit(), plan::toString);
    assertEquals(
        """
        would install S/releases/0.1.0
        would run it with %s
        would point S/current to it
        would write S/config.json
        would write S/secret
        would write %s
        would reload system/org.kextwatch.agent and wait for its status
        """
            .formatted(runtime, job()),
        plan.out().replace(support.toString(), "S"));
    assertEquals(before, everything());
    assertEquals(List.of(), launchd.calls());
  }

  @ConcurrentTest
  void aDryRunTellsOnlyWhatIsNew() throws Exception {
    installed();
    Map<String, String> before = everything();
    int asked = launchd.calls().size();
    Ended same = install("--dry-run");
    assertDone(same);
    assertTrue(same.err().contains("nothing is new: nothing is changed"), same::err);

    release("0.2.0");
    Ended plan = install("--dry-run", "--endpoint", "https://other.example.com");
    assertEquals(0, plan.exit());
    assertEquals(
        """
        would install S/releases/0.2.0
        would run it with %s
        would point S/current to it instead of 0.1.0
        would reload system/org.kextwatch.agent and wait for its status
        """
            .formatted(runtime),
        plan.out().replace(support.toString(), "S"));
    assertEquals(before, everything());
    assertTrue(
        launchd.calls().stream().skip(asked).allMatch(call -> call.startsWith("print ")),
        launchd.calls()::toString);
  }

  @ConcurrentTest
  void aDryRunOfTheRemovalNamesWhatIsThere() throws Exception {
    Ended nothing = install("--uninstall", "--purge", "--dry-run");
    assertDone(nothing);
    assertTrue(nothing.err().contains("nothing would be removed"), nothing::err);

    installed();
    Map<String, String> before = everything();
    Ended plan = install("--uninstall", "--dry-run");
    assertEquals(0, plan.exit());
    assertEquals(
        """
        would stop system/org.kextwatch.agent
        would remove %s
        would remove S/current
        would remove S/releases
        would remove S/status.json
        """
            .formatted(job()),
        plan.out().replace(support.toString(), "S"));
    assertTrue(
        install("--uninstall", "--purge", "--dry-run").out().contains("would remove " + support));
    assertEquals(before, everything());
  }

  @ConcurrentTest
  void aSecretThatIsAboutToBePutThereIsNotMissed() throws Exception {
    Path played = runtime.resolve("bin/java");
    Files.writeString(
        played,
        Files.readString(played)
            .replace(
                "case $1 in\n  version)",
                """
                case $1 in
                  config)
                    [ -e "${support}/secret" ] ||
                      printf 'failed:  secretFile: there is no secret\\n'
                    printf 'failed:  caBundle: there is no file\\n'
                    exit 1 ;;
                  version)\
                """));
    Path config = file("my config", "{}");
    Ended ended =
        install(
            "--dry-run",
            "--java",
            runtime,
            "--config",
            config,
            "--secret-file",
            file("my secret", SECRET));
    assertEquals(
        "install.sh: %s can be used, but there is more to do:\nfailed:  caBundle: there is no file\n"
            .formatted(config),
        ended.err());
    assertTrue(
        install("--dry-run", "--java", runtime, "--config", config)
            .err()
            .contains("secretFile: there is no secret"));
  }
}
