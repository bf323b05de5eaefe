package org.kextwatch.agent.spool;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;

/**
 * An event of the spool, as named by its file: {@code <stream>-<sequence>.<crc32c>.json}.
 *
 * @param sequence not negative, 16 digits at most
 * @param checksum CRC-32C of the content
 */
public record SpoolEntry(String streamId, long sequence, int checksum)
    implements Comparable<SpoolEntry> {
  private static final long LAST_NUMBER = 9_999_999_999_999_999L;
  private static final Pattern NAME =
      Pattern.compile("([0-9A-Za-z-]{1,64})-([0-9]{16})\\.([0-9a-f]{8})\\.json");
  private static final Comparator<SpoolEntry> ORDER =
      Comparator.comparing(SpoolEntry::streamId)
          .thenComparingLong(SpoolEntry::sequence)
          .thenComparing(SpoolEntry::checksum, Integer::compareUnsigned);

  /**
   * The entry of an event.
   *
   * @throws IllegalArgumentException if it has no stream and number, or they fit no file name
   */
  static SpoolEntry of(CloudEvent event) {
    if (event.streamId() == null || event.sequence() == null) {
      throw new IllegalArgumentException("has no sequence number: " + event.type());
    }
    SpoolEntry entry =
        new SpoolEntry(event.streamId(), event.sequence(), checksum(event.body().toByteArray()));
    if (named(entry.fileName()).filter(entry::equals).isEmpty()) {
      throw new IllegalArgumentException("not a file name: " + entry.fileName());
    }
    return entry;
  }

  /** Whether numbers are left after this one. Only damage brings a stream near its last number. */
  public static boolean hasNumbersAfter(long sequence) {
    return sequence >= 0 && sequence < LAST_NUMBER / 10 * 9;
  }

  /** The entry of a file name, empty if it is not the name of an event. */
  static Optional<SpoolEntry> named(String fileName) {
    Matcher name = NAME.matcher(fileName);
    return name.matches()
        ? Optional.of(
            new SpoolEntry(
                name.group(1),
                Long.parseLong(name.group(2)),
                Integer.parseUnsignedInt(name.group(3), 16)))
        : Optional.empty();
  }

  public String fileName() {
    return streamId
        + "-"
        + padded(Long.toString(sequence), 16)
        + "."
        + padded(Integer.toHexString(checksum), 8)
        + ".json";
  }

  private static String padded(String digits, int length) {
    return "0".repeat(Math.max(0, length - digits.length())) + digits;
  }

  /** Whether this is the content that was written. Empty content never is. */
  boolean isContent(byte[] content) {
    return content.length > 0 && checksum(content) == checksum;
  }

  /** The head of this content, empty if it is damaged or not an event. */
  Optional<SpooledEvent.Head> headOf(byte[] content) {
    try {
      return isContent(content)
          ? Optional.of(Json.read(SpooledEvent.Head.class, content))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether the other entry has the same stream and number. */
  boolean hasPlaceOf(SpoolEntry other) {
    return streamId.equals(other.streamId) && sequence == other.sequence;
  }

  private static int checksum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return (int) crc.getValue();
  }

  @Override
  public int compareTo(SpoolEntry other) {
    return ORDER.compare(this, other);
  }
}
