package org.kextwatch.agent.report;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.zip.CRC32C;

/**
 * When a device speaks, if nothing else decides: spread over the fleet, and the same over restarts,
 * for a fleet is installed, and woken, within one minute.
 *
 * @param fraction from 0 to 1, exclusive
 */
record Phase(double fraction) {

  /** The phase of a device, by anything that tells it from others. */
  static Phase of(String device) {
    CRC32C hash = new CRC32C();
    hash.update(device.getBytes(StandardCharsets.UTF_8));
    return new Phase(hash.getValue() / (double) (1L << 32));
  }

  /** How long to hold back after what happens to a whole fleet at once. */
  Duration splay(Duration heartbeat) {
    return Duration.ofMillis((long) (heartbeat.toMillis() / 3.0 * fraction));
  }

  /** Until the next heartbeat; never so soon that it could be the one just sent. */
  Duration untilBeat(Instant now, Duration heartbeat) {
    long interval = heartbeat.toMillis();
    long since = Math.floorMod(now.toEpochMilli() - (long) (interval * fraction), interval);
    long until = interval - since;
    return Duration.ofMillis(until < interval / 2 ? until + interval : until);
  }
}
