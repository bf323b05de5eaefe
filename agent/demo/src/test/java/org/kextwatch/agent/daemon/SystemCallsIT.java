package org.kextwatch.agent.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import okio.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.Script.Ended;
import org.kextwatch.agent.daemon.DurableLife.Deed;
import org.kextwatch.demo.AgentProcess;
import org.kextwatch.program.Rig;
import org.kextwatch.program.SystemCalls;
import org.kextwatch.program.SystemCalls.Call;
import org.kextwatch.program.SystemCalls.Fault;

/** Every system call by which events and state are kept may fail, and nothing is lost by it. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "a Mac has no strace, and dtrace changes no call")
class SystemCallsIT {
  /** Of some 230; for all of them, which takes three minutes: -Dkextwatch.faults=1000. */
  private static final int RUNS = Integer.getInteger("kextwatch.faults", 12);

  private static final long SEED = Long.getLong("kextwatch.seed", 20_261_123);
  private static final List<String> ERRORS = List.of("EIO", "ENOSPC", "EROFS", "EMFILE", "EINTR");
  private static final int FIRST = 5;

  @TempDir private Path temp;

  private Path folder;
  private Map<Path, ByteString> before;

  @BeforeEach
  void twoEventsWait() throws IOException {
    folder = temp.resolve("kextwatch");
    CrashStates.layOut(folder, Map.of());
    DurableLife life = new DurableLife(folder, new RecordingDisk(), DurabilityModel.NONE);
    life.does(Deed.COMMIT);
    life.does(Deed.COMMIT);
    before = CrashStates.files(folder);
    SpoolDriver.write(temp.resolve("before"), life.promise());
  }

  /** So what holds for a {@link RecordingDisk} holds for a real one. */
  @Test
  void theDiskDoesWhatIsRecordedOfIt() throws Exception {
    List<String> real = SystemCalls.deeds(calls());
    CrashStates.layOut(folder, before);
    RecordingDisk disk = new RecordingDisk();
    SpoolDriver.live(folder, disk, SpoolDriver.read(temp.resolve("before")), promise -> {});
    List<String> recorded = disk.takeSteps().stream().map(Object::toString).toList();
    assertEquals(String.join("\n", recorded), String.join("\n", real));
    assertTrue(real.size() > 50, "deeds: " + real.size());
  }

  @Test
  void noCallThatFailsLosesAnything() throws Exception {
    List<Call> calls = calls();
    List<Fault> faults = SystemCalls.faults(calls, FIRST, ERRORS);
    Collections.shuffle(faults, new Random(SEED));
    List<String> breaches = new ArrayList<>();
    List<Fault> chosen = faults.subList(0, Math.min(RUNS, faults.size()));
    for (Fault fault : chosen) {
      CrashStates.layOut(folder, before);
      Ended ended = drive(SystemCalls.failing(trace(), List.of(fault), SystemCalls.files(calls)));
      assertEquals(1, SystemCalls.failed(trace(), fault.call()), fault::toString);
      for (String breach : breaches(ended)) {
        breaches.add(fault + ": " + breach);
      }
    }
    Path figures = Files.createDirectories(Script.AGENT.resolve("target/figures"));
    String runs = "%d of %d system calls failed%n".formatted(chosen.size(), faults.size());
    Files.writeString(figures.resolve("system-calls.txt"), runs);
    assertEquals("", String.join("\n", breaches), "seed " + SEED);
  }

  /** Whoever comes next finds all that was promised. */
  private List<String> breaches(Ended ended) {
    if (ended.exit() != 0 || !ended.err().isEmpty()) {
      return List.of(ended.toString());
    }
    try {
      DurabilityModel promise = SpoolDriver.read(temp.resolve("after"));
      return new DurableLife(folder, new RecordingDisk(), promise).breaches();
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  @Test
  void aDaemonWhoseCallsFailNowAndThenTellsEverything() throws Exception {
    List<Fault> faults =
        List.of(
            new Fault("rename", "EIO", "2+5"),
            new Fault("fsync", "ENOSPC", "11+7"),
            new Fault("unlink", "EROFS", "1+3"),
            new Fault("chmod", "EIO", "9+5"));
    try (Rig rig = Rig.in(temp.resolve("rig"))) {
      List<String> program = new ArrayList<>(SystemCalls.failing(trace(), faults, List.of()));
      program.add(Rig.PROGRAM.toString());
      try (AgentProcess strace = AgentProcess.start(program, rig.mac.root(), temp.resolve("out"))) {
        rig.inbound.await("status.changed", "awaiting_approval");
        ProcessHandle daemon =
            ProcessHandle.of(strace.pid()).orElseThrow().children().findFirst().orElseThrow();
        rig.mac.approveByProfile();
        rig.inbound.await("status.changed", "\"protected\"");
        rig.mac.revoke();
        rig.mac.restart();
        rig.inbound.await("status.changed", "\"from\":\"protected\"");
        daemon.destroy();
        daemon.onExit().get(Patience.AMPLE.toSeconds(), TimeUnit.SECONDS);
      }
      assertEquals(List.of(), rig.inbound.flaws());
      for (Fault fault : faults) {
        assertTrue(SystemCalls.failed(trace(), fault.call()) > 0, fault::toString);
      }
    }
  }

  private List<Call> calls() throws Exception {
    Ended ended = drive(SystemCalls.seen(trace()));
    assertEquals(0, ended.exit(), ended::toString);
    return SystemCalls.in(trace(), folder);
  }

  private Path trace() {
    return temp.resolve("trace");
  }

  private Ended drive(List<String> strace) throws Exception {
    List<Object> command = new ArrayList<>(strace.subList(1, strace.size()));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(SpoolDriver.class.getName());
    command.addAll(List.of(folder, temp.resolve("before"), temp.resolve("after")));
    return Script.run(
        Path.of("/"), Map.of("PATH", "/usr/bin:/bin"), strace.get(0), command.toArray());
  }
}
