package org.kextwatch.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.mac.Nap;
import org.kextwatch.agent.mac.Tool;
import org.kextwatch.agent.status.Health;
import org.kextwatch.agent.status.Reachability;

/** A look at a misbehaving mdatp ends in time, gives a value and leaves no process behind. */
final class BadDefenderTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  /** A look with a tool timeout of one second: two, and what killing one tool takes. */
  private final Nap nap = new Nap();

  private DefenderMac mac;

  @BeforeEach
  void aMac(@TempDir Path folder) {
    mac = new DefenderMac(folder);
  }

  @Test
  void itHangs() {
    mac.install("exec sleep " + nap);

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), look(Duration.ofSeconds(1)));
    assertEquals(1, mac.calls(Tool.MDATP).size());
  }

  @Test
  void itHangsAfterHalfAListing() {
    mac.install("echo 'healthy : false'", "exec sleep " + nap);

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), look(Duration.ofSeconds(1)));
  }

  @Test
  void itIgnoresTheRequestToEnd() {
    mac.install("trap '' TERM", "while :; do sleep " + nap + "; done");

    assertEquals(Reachability.TIMEOUT, look(Duration.ofSeconds(1)).reachability());
  }

  @Test
  void itLeavesAChildThatHoldsTheOutput() {
    mac.install("sleep " + nap + " &", "echo 'healthy : true'");

    assertEquals("healthy=true", Known.of(mac.look(AMPLE)));
    nap.end();
  }

  @Test
  void itIsSlowWithEveryCommand() {
    mac.install("sleep 0.7", "echo 'not a word of health'");

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), look(Duration.ofSeconds(1)));
  }

  @Test
  void itIsAsSlowAsCodesign() {
    mac.codesign("sleep 0.9");
    mac.install("sleep 0.9", "echo 'not a word of health'");

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), look(Duration.ofSeconds(1)));
  }

  @Test
  void itPrintsThreeHundredMegabytesAfterItsListing() {
    mac.install("echo 'healthy : true'", "head -c 300000000 /dev/zero | tr '\\0' x");

    assertEquals("healthy=true", Known.of(look(AMPLE)));
  }

  @Test
  void itPrintsThreeHundredMegabytesBeforeItsListing() {
    mac.install("head -c 300000000 /dev/zero | tr '\\0' '\\n'", "echo 'healthy : true'");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 0), look(AMPLE));
  }

  @Test
  void itPrintsWithoutEnd() {
    mac.install("while :; do echo " + nap + "; done");

    assertEquals(Health.unreachable(Reachability.TIMEOUT, null), look(Duration.ofSeconds(1)));
  }

  @Test
  void itPrintsRandomBytes() {
    mac.install("head -c 200000 /dev/urandom");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 0), look(AMPLE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"healthy\":"})
  void itPrintsTenThousandNestedBrackets(String bracket) {
    mac.install(
        "i=0", "while [ $i -lt 10000 ]; do printf '" + bracket + "'; i=$((i+1)); done", "exit 9");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 9), look(AMPLE));
  }

  @Test
  void itPrintsNothing() {
    mac.install("exit 0");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 0), look(AMPLE));
  }

  @Test
  void itPrintsErrorsBesideAGoodListing() {
    mac.install(
        "head -c 100000 /dev/urandom >&2",
        "echo 'healthy : true' >&2",
        "cat '" + Recording.numbered("024") + "'");

    assertEquals(false, look(AMPLE).healthy());
  }

  @Test
  void itCrashes() {
    mac.install("kill -SEGV $$");

    assertEquals(Health.unreachable(Reachability.UNPARSABLE, 128 + 11), look(AMPLE));
  }

  @Test
  void itHangsAndThenWorks() {
    mac.install("exec sleep " + nap);
    look(Duration.ofSeconds(1));
    mac.install("echo 'healthy : true'");

    assertEquals("healthy=true", Known.of(look(AMPLE)));
  }

  private Health look(Duration toolTimeout) {
    long start = System.nanoTime();
    Health health = mac.look(toolTimeout);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(Patience.AMPLE) < 0, () -> "took " + took);
    nap.assertNobodyIsLeft();
    return health;
  }
}
