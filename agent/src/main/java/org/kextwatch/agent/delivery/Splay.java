package org.kextwatch.agent.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * What spreads a fleet over time: a fraction that is the device's own and the same over restarts,
 * because a fleet is installed, and woken, within one minute.
 *
 * @param fraction from 0 to 1, exclusive
 */
record Splay(double fraction) {

  /** The splay of a device, by anything that tells it from others. */
  static Splay of(String device) {
    CRC32C hash = new CRC32C();
    hash.update(device.getBytes(StandardCharsets.UTF_8));
    return new Splay(hash.getValue() / (double) (1L << 32));
  }

  /** How long to hold back after what happens to a whole fleet at once. */
  Duration delay(Duration interval) {
    return Duration.ofMillis((long) (interval.toMillis() / 3.0 * fraction));
  }

  /** Until this device's next slot: it has one in each interval. */
  Duration untilSlot(Instant now, Duration interval) {
    long length = interval.toMillis();
    long since = Math.floorMod(now.toEpochMilli() - (long) (length * fraction), length);
    return Duration.ofMillis(length - since);
  }

  /** The same after something was sent: never so soon that it could be the slot just used. */
  Duration untilNextSlot(Instant now, Duration interval) {
    Duration slot = untilSlot(now, interval);
    return slot.compareTo(interval.dividedBy(2)) < 0 ? slot.plus(interval) : slot;
  }
}
