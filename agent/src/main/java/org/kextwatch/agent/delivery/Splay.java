package org.kextwatch.agent.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * Spreads a fleet over time by a fraction that is the device's own and the same after a restart,
 * because a whole fleet is installed, or wakes, within one minute.
 *
 * @param fraction from 0 to 1, exclusive
 */
public record Splay(double fraction) {

  /** The splay of a device, from any text that identifies it. */
  public static Splay of(String device) {
    CRC32C hash = new CRC32C();
    hash.update(device.getBytes(StandardCharsets.UTF_8));
    return new Splay(hash.getValue() / (double) (1L << 32));
  }

  /** This device's part of an interval, so that a fleet is spread over all of it. */
  public Duration phase(Duration interval) {
    return Duration.ofMillis((long) (interval.toMillis() * fraction));
  }

  /** How long to hold back after something that the whole fleet saw. */
  Duration delay(Duration interval) {
    return phase(interval.dividedBy(3));
  }

  /** The time until this device's next slot; each interval has one. */
  Duration untilSlot(Instant now, Duration interval) {
    long length = interval.toMillis();
    long since = Math.floorMod(now.toEpochMilli() - phase(interval).toMillis(), length);
    return Duration.ofMillis(length - since);
  }

  /** As {@link #untilSlot} right after a heartbeat: skips a slot that may be the one just used. */
  Duration untilNextSlot(Instant now, Duration interval) {
    Duration slot = untilSlot(now, interval);
    return slot.compareTo(interval.dividedBy(2)) < 0 ? slot.plus(interval) : slot;
  }
}
