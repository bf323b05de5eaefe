package org.kextwatch.agent.event;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Makes ULIDs, which sort by time: 48 bits of milliseconds, 80 random bits, in base 32. */
final class Ulid {
  private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  private static final int TIME_DIGITS = 10;
  private static final int HALF_OF_RANDOM_DIGITS = 8;

  private final InstantSource clock;
  private final RandomGenerator random;

  Ulid() {
    this(InstantSource.system(), new SecureRandom());
  }

  Ulid(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** A new id of 26 digits. */
  String next() {
    StringBuilder id = new StringBuilder();
    append(id, clock.millis(), TIME_DIGITS);
    append(id, random.nextLong(), HALF_OF_RANDOM_DIGITS);
    append(id, random.nextLong(), HALF_OF_RANDOM_DIGITS);
    return id.toString();
  }

  private static void append(StringBuilder id, long bits, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
      id.append(DIGITS.charAt((int) (bits >>> (5 * i)) & 31));
    }
  }
}
