package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.mac.Owner;
import org.kextwatch.agent.mac.StubMac;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** No user but root can have another program run in place of mdatp. */
@Timeout(60)
final class ExchangedDefenderTest {
  private static final Duration AMPLE = Duration.ofSeconds(20);
  private static final int OURS = 0;
  private static final int SOMEBODY = 501;

  @TempDir private Path folder;
  private DefenderMac mac;
  private Path mdatp;
  private Path link;
  private Path evil;
  private Path proof;

  @BeforeEach
  void aMacWithDefender() throws IOException {
    mac = new DefenderMac(folder);
    mdatp = mac.install("echo 'healthy : true'");
    link = mac.path(Tool.MDATP.macPath());
    proof = folder.resolve("evil-ran");
    evil = Files.writeString(folder.resolve("evil"), "#!/bin/sh\ntouch '" + proof + "'\n");
    StubMac.allow(evil, "rwxr-xr-x");
  }

  /** The folders as Defender's installer probably creates them. */
  @ParameterizedTest
  @CsvSource({
    "rwxrwxr-x, rwxr-xr-x", // /Applications as on every Mac
    "rwxrwxr-x, rwxrwxr-x", // an app that admins may change: a warning of doctor
    "rwxr-xr-x, rwxr-xr-x",
  })
  void aDefenderAsItIsInstalledIsAsked(String applications, String app) throws IOException {
    StubMac.allow(mac.path("/Applications"), applications);
    StubMac.allow(mac.path("/Applications/Microsoft Defender.app"), app);
    StubMac.allow(link.getParent(), "rwxrwxrwx");

    assertEquals(Reachability.OK, mac.look(AMPLE).reachability());
  }

  @Test
  void aLinkThatChangesDuringTheVerificationIsNotFollowed() {
    mac.codesign("ln -sf '" + evil + "' '" + link + "'");

    assertEquals(true, mac.look(AMPLE).healthy());
    assertFalse(Files.exists(proof));
    assertEquals(List.of("health --output json"), mac.calls(Tool.MDATP));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cp -p '%s' '%s.new' && mv -f '%s.new' '%s'", // the same content in another file
        "echo '# more' >>'%s'", // in the same file
      })
  void anUpdateBetweenTheVerificationAndTheRunIsATimeout(String update) {
    mac.codesign(update.formatted(mdatp, mdatp, mdatp, mdatp));
    Health during = mac.look(AMPLE);
    mac.codesign("exit 0");
    Health after = mac.look(AMPLE);

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), during);
    assertEquals(Reachability.OK, after.reachability());
    assertEquals(2, mac.calls(Tool.CODESIGN).size());
    assertEquals(1, mac.calls(Tool.MDATP).size());
  }

  @Test
  void anUpdateBetweenTwoCommandsIsATimeout() {
    mac.install("echo 'no listing'; cp -p \"$0\" \"$0.new\"; mv -f \"$0.new\" \"$0\"");

    assertEquals(Reachability.TIMEOUT, mac.look(AMPLE).reachability());
    assertEquals(1, mac.calls(Tool.MDATP).size());
  }

  @ParameterizedTest
  @MethodSource
  void aDefenderThatOthersCouldReplaceIsNotRun(String path, String mode, int owner)
      throws IOException {
    StubMac.allow(inApp(path), mode);
    own(inApp(path), owner);

    assertNotRun();
  }

  static Stream<Arguments> aDefenderThatOthersCouldReplaceIsNotRun() {
    String program = "/Contents/Resources/Tools/wdavdaemonclient";
    return possible(
        arguments(program, "rwxrwxr-x", OURS),
        arguments(program, "rwxr-xrwx", OURS),
        arguments("/Contents/Resources/Tools", "rwxr-xrwx", OURS),
        arguments("/Contents", "rwxrwxrwx", OURS),
        arguments("/", "rwxr-xrwx", OURS),
        arguments("/..", "rwxrwxrwx", OURS),
        arguments(program, "rwxr-xr-x", SOMEBODY),
        arguments(program, "rwxrwxrwx", SOMEBODY),
        arguments("/Contents/Resources/Tools", "rwxr-xr-x", SOMEBODY),
        arguments("/Contents/Resources", "rwxr-xr-x", SOMEBODY),
        arguments("/", "rwxr-xr-x", SOMEBODY),
        arguments("/..", "rwxrwxr-x", SOMEBODY));
  }

  @Test
  void aPlainFileIsRunWhereOnlyRootMayWrite() throws IOException {
    Files.move(mdatp, link, StandardCopyOption.REPLACE_EXISTING);
    StubMac.allow(link.getParent(), "rwxr-xr-x");

    assertEquals(Reachability.OK, mac.look(AMPLE).reachability());
    assertEquals(List.of("health --output json"), mac.calls(Tool.MDATP));
  }

  @ParameterizedTest
  @MethodSource
  void aPlainFileInTheFolderOfAnotherIsNotRun(String mode, int owner) throws IOException {
    Files.move(mdatp, link, StandardCopyOption.REPLACE_EXISTING);
    StubMac.allow(link.getParent(), mode);
    own(link.getParent(), owner);

    assertNotRun();
  }

  static Stream<Arguments> aPlainFileInTheFolderOfAnotherIsNotRun() {
    return possible(
        arguments("rwxrwxr-x", OURS),
        arguments("rwxr-xrwx", OURS),
        arguments("rwxr-xr-x", SOMEBODY));
  }

  @Test
  void aLinkToAnotherFolderIsHeldToTheStrictRuleInEachFolder() throws IOException {
    Path elsewhere = mac.path("/Users/eve/tools/mdatp");
    Files.createDirectories(elsewhere.getParent());
    StubMac.allow(mac.path("/Users"), "rwxr-xr-x");
    StubMac.allow(mac.path("/Users/eve"), "rwxr-xr-x");
    StubMac.allow(mac.path("/Users/eve/tools"), "rwxr-xr-x");
    Files.move(mdatp, elsewhere);
    Files.delete(link);
    Files.createSymbolicLink(link, elsewhere);
    assertEquals(Reachability.OK, mac.look(AMPLE).reachability());

    StubMac.allow(mac.path("/Users/eve"), "rwxrwxr-x");

    assertEquals(Reachability.NOT_TRUSTED, mac.look(AMPLE).reachability());
    assertEquals(1, mac.calls(Tool.MDATP).size());
  }

  private Path inApp(String path) {
    return mac.path("/Applications/Microsoft Defender.app").resolve(path.substring(1)).normalize();
  }

  /** Only root can make a file another's. */
  private static Stream<Arguments> possible(Arguments... rows) {
    return Stream.of(rows)
        .filter(row -> Owner.current().isRoot() || !List.of(row.get()).contains(SOMEBODY));
  }

  private static void own(Path path, int owner) throws IOException {
    if (owner != OURS) {
      Files.setAttribute(path, "unix:uid", owner);
    }
  }

  private void assertNotRun() {
    assertEquals(Health.unreachable(Reachability.NOT_TRUSTED, null), mac.look(AMPLE));
    assertEquals(List.of(), mac.calls(Tool.MDATP));
    assertFalse(Files.exists(proof));
  }
}
