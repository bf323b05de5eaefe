package org.kextwatch.agent.mac;

import java.nio.ByteBuffer;

/**
 * Looks into a binary property list before the parser does. A key that is not text, or a set, makes
 * the parser hash its values; a list of 200 bytes can stand for billions of them. And for each
 * length that is no number the parser prints a line on stderr.
 */
final class BinaryPlistCheck {
  private static final int TRAILER = 32;
  private static final int MAX_KEYS = 1_000_000;
  private final byte[] bytes;
  private final int offsetSize;
  private final int referenceSize;
  private final long objects;
  private final int table;

  private BinaryPlistCheck(byte[] bytes) {
    ByteBuffer trailer = ByteBuffer.wrap(bytes, bytes.length - TRAILER, TRAILER).slice();
    this.bytes = bytes;
    this.offsetSize = trailer.get(6);
    this.referenceSize = trailer.get(7);
    this.objects = trailer.getLong(8);
    this.table = Math.toIntExact(trailer.getLong(24));
  }

  /** Whether all keys are text, all lengths are numbers, and there is no set. */
  static boolean isPlain(byte[] bytes) {
    try {
      return new BinaryPlistCheck(bytes).isPlain();
    } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException e) {
      return false; // it is cut off or damaged
    }
  }

  private boolean isPlain() {
    if (objects < 1 || objects > bytes.length || offsetSize < 1 || referenceSize < 1) {
      return false;
    }
    int keysLeft = MAX_KEYS;
    for (int i = 0; i < objects; i++) {
      int at = offset(i);
      int type = type(at);
      boolean isLong = type >= 4 && type != 8 && (bytes[at] & 0xf) == 0xf;
      if (type == 0xb || type == 0xc || (isLong && type(at + 1) != 1)) {
        return false;
      }
      if (type == 0xd) {
        int length = bytes[at] & 0xf;
        int keys = at + 1;
        if (length == 0xf) {
          int size = 1 << (bytes[keys] & 0xf);
          length = number(keys + 1, size);
          keys += 1 + size;
        }
        for (int key = 0; key < length; key++) {
          int of = type(offset(number(keys + key * referenceSize, referenceSize)));
          if (of < 5 || of > 7 || --keysLeft < 0) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private int offset(int object) {
    return number(table + object * offsetSize, offsetSize);
  }

  private int type(int at) {
    return (bytes[at] & 0xf0) >> 4;
  }

  private int number(int at, int size) {
    long number = 0;
    for (int i = at; i < at + size; i++) {
      number = number << 8 | (bytes[i] & 0xff);
    }
    return Math.toIntExact(number);
  }
}
