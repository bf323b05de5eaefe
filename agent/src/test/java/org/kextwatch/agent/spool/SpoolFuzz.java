package org.kextwatch.agent.spool;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.kextwatch.agent.event.EventSamples;
import org.kextwatch.agent.fuzz.FuzzTarget;

/** The files of the spool: their names, and what is in them. */
public final class SpoolFuzz {
  /** Each has an id of its own, so they are made once. */
  private static final List<byte[]> EVENTS =
      List.of(
          EventSamples.started(1).body().toByteArray(),
          EventSamples.changed(2).body().toByteArray());

  private SpoolFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(
        FuzzTarget.ofText(
            "spool file name",
            List.of(
                SpoolEntry.of(EventSamples.started(7)).fileName(),
                "abc-9999999999999999.ffffffff.json",
                "-0000000000000000.00000000.json"),
            SpoolFuzz::name),
        new FuzzTarget("spool file", EVENTS, SpoolFuzz::content));
  }

  private static void name(String name) {
    Optional<SpoolEntry> entry = SpoolEntry.named(name);
    check(entry.isEmpty() || entry.get().fileName().equals(name), "another name");
    check(entry.isEmpty() || entry.get().sequence() >= 0, "a negative number");
  }

  /** Damage is found by the checksum; what has the right one may still be no event. */
  private static void content(byte[] content) {
    boolean isIntact = Arrays.equals(content, EVENTS.get(0));
    check(entry(EVENTS.get(0)).headOf(content).isPresent() == isIntact, "damage is not found");
    entry(content).headOf(content);
  }

  private static SpoolEntry entry(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return new SpoolEntry("stream", 1, (int) crc.getValue());
  }
}
