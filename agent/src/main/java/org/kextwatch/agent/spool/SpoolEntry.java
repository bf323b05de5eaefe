package org.kextwatch.agent.spool;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.kextwatch.agent.event.CloudEvent;

/**
 * A kept event: what the name of its file says, {@code <stream>-<sequence>.<crc32c>.json}.
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
   * The entry that an event becomes.
   *
   * @throws IllegalArgumentException if it has no place in a stream, or none that fits a name
   */
  static SpoolEntry of(CloudEvent event) {
    if (event.streamId() == null || event.sequence() == null) {
      throw new IllegalArgumentException("not kept: " + event.type());
    }
    SpoolEntry entry =
        new SpoolEntry(event.streamId(), event.sequence(), checksum(event.body().toByteArray()));
    if (named(entry.fileName()).filter(entry::equals).isEmpty()) {
      throw new IllegalArgumentException("no file name: " + entry.fileName());
    }
    return entry;
  }

  /** Whether a stream that came so far can go on: only damage brings it near the last number. */
  public static boolean canGoOnFrom(long sequence) {
    return sequence >= 0 && sequence < LAST_NUMBER / 10 * 9;
  }

  /** The entry of a file's name, empty if it is not ours. */
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
    return String.format(Locale.ROOT, "%s-%016d.%08x.json", streamId, sequence, checksum);
  }

  /** Whether this is the content that was kept. An empty one never is. */
  boolean isContent(byte[] content) {
    return content.length > 0 && checksum(content) == checksum;
  }

  /** Whether the other claims the same place in the same stream. */
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
