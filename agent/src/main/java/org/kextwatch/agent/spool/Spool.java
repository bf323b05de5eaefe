package org.kextwatch.agent.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EnumAdapter;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Disk;

/**
 * The events that wait for delivery, one file each. An event that is lost is marked first and
 * discarded later, so that the state can note the loss in between. Thread-safe.
 */
public final class Spool {
  private final SpoolFolders folders;
  private final TreeMap<SpoolEntry, Long> pending = new TreeMap<>();
  private final TreeMap<SpoolEntry, DropReason> marked = new TreeMap<>();
  private final Map<String, Long> highest = new HashMap<>();
  private long pendingBytes;
  private boolean open;
  private @Nullable SpoolEntry underway;

  /**
   * A spool in a folder, which {@link #open} makes where it is missing.
   *
   * @param disk the file operations
   */
  public Spool(Path folder, Disk disk) {
    this.folders = new SpoolFolders(folder, disk);
  }

  /** How safe an accepted event is. */
  public enum Accepted {
    /** Not even a power cut loses it. */
    DURABLE,
    /** A power cut could lose it: its folder could not be forced. Do not write it again. */
    VISIBLE
  }

  /**
   * Finds what waits. No file in the folders can make it fail. It may be called again.
   *
   * @throws IOException if the folders cannot be made or listed, or are not ours
   */
  public synchronized void open() throws IOException {
    open = false;
    folders.make();
    pending.clear();
    pendingBytes = 0;
    marked.clear();
    highest.clear();
    folders.aside().forEach(name -> SpoolEntry.named(name).ifPresent(this::count));
    for (String name : folders.kept()) {
      SpoolEntry.named(name)
          .ifPresentOrElse(
              this::adopt, () -> folders.quarantine(name, "it is not an event of ours"));
    }
    open = true;
  }

  private void adopt(SpoolEntry entry) {
    count(entry);
    SpoolEntry before = pending.floorKey(entry); // names come sorted, so a twin is the neighbour
    if (folders.isToBeDeleted(entry.fileName())) {
      return;
    }
    if (before != null && entry.hasPlaceOf(before)) {
      folders.quarantine(entry.fileName(), "its number is taken");
      return;
    }
    try {
      byte[] content = folders.content(entry.fileName());
      if (entry.isContent(content)) {
        add(entry, content.length);
      } else {
        marked.put(entry, DropReason.CORRUPT);
      }
    } catch (IOException e) {
      add(entry, 0); // not damaged for being unreadable just now: it is read again to be sent
    }
  }

  /**
   * Keeps an event. When this returns the event counts, whatever the strength of the promise.
   *
   * @throws IOException if it is not kept; nothing of it is left then
   * @throws IllegalArgumentException if it has no number, or one that was used before
   */
  public synchronized Accepted append(CloudEvent event) throws IOException {
    if (!open) {
      throw new IOException("the spool is not open");
    }
    SpoolEntry entry = SpoolEntry.of(event);
    if (entry.sequence() <= highestSequence(entry.streamId())) {
      throw new IllegalArgumentException("used before: number " + entry.sequence());
    }
    folders.keep(entry.fileName(), event.body().toByteArray());
    add(entry, event.body().size());
    count(entry);
    return folders.force() ? Accepted.DURABLE : Accepted.VISIBLE;
  }

  /** What waits, by stream and number. */
  public synchronized List<SpoolEntry> pending() {
    return List.copyOf(pending.keySet());
  }

  /** What waits longest. */
  public synchronized Optional<SpoolEntry> oldest() {
    return oldestBut(Set.of());
  }

  /** What waits longest, apart from some. */
  public synchronized Optional<SpoolEntry> oldestBut(Set<SpoolEntry> some) {
    return pending.keySet().stream().filter(entry -> !some.contains(entry)).findFirst();
  }

  /** The highest number that this stream is known to have used, 0 if none. */
  public synchronized long highestSequence(String streamId) {
    return highest.getOrDefault(streamId, 0L);
  }

  /**
   * The body of an event.
   *
   * @return empty if it is damaged or gone; it waits no more then
   * @throws IOException if the disk does not let it be read now
   */
  public synchronized Optional<byte[]> read(SpoolEntry entry) throws IOException {
    byte[] content = folders.content(entry.fileName());
    if (entry.isContent(content)) {
      return Optional.of(content);
    }
    markDropped(entry, DropReason.CORRUPT);
    return Optional.empty();
  }

  /** As {@link #read}, to be sent: the event is not evicted until it is removed or put back. */
  public synchronized Optional<byte[]> checkOut(SpoolEntry entry) throws IOException {
    underway = pending.containsKey(entry) ? entry : null;
    return underway == null ? Optional.empty() : read(entry);
  }

  /** What was taken waits like any other again. */
  public synchronized void release() {
    underway = null;
  }

  /**
   * Forgets an event that was delivered.
   *
   * @throws IOException if its file is still there; it waits no more even so, and the next removal
   *     tries again
   */
  public synchronized void remove(SpoolEntry entry) throws IOException {
    drop(entry);
    folders.delete(entry.fileName());
  }

  /** Gives an event up: it waits no more, but its file stays until it is buried. */
  public synchronized void markDropped(SpoolEntry entry, DropReason reason) {
    if (drop(entry)) {
      marked.put(entry, reason);
    }
  }

  /**
   * Dooms what is too much or too old, the oldest first, but neither the newest status nor what is
   * being sent.
   *
   * @param tooOld when what is given up for its age happened, or earlier; {@code null} for no age
   */
  public synchronized void keepWithin(SpoolBounds bounds, @Nullable Instant tooOld) {
    for (SpoolEntry entry : pending()) {
      if (hasRoom(bounds, 0, 0) && !(tooOld != null && isOlder(entry, tooOld))) {
        break;
      }
      if (!entry.equals(underway) && !entry.equals(newestStatus())) {
        markDropped(entry, DropReason.EVICTED);
      }
    }
    folders.boundQuarantine(bounds.maxEvents(), bounds.maxBytes());
  }

  /** Whether so much more would be within the bounds. */
  public synchronized boolean hasRoom(SpoolBounds bounds, int moreEvents, long moreBytes) {
    return pending.size() + moreEvents <= bounds.maxEvents()
        && pendingBytes + moreBytes <= bounds.maxBytes();
  }

  /**
   * The newest of which both hold.
   *
   * @param head of what the beginning of the body says, empty if it cannot be read
   */
  public synchronized Optional<SpoolEntry> newest(
      Predicate<SpoolEntry> entry, Predicate<Optional<SpooledEvent.Head>> head) {
    return pending.descendingKeySet().stream()
        .filter(entry)
        .filter(one -> head.test(head(one)))
        .findFirst();
  }

  private boolean isOlder(SpoolEntry entry, Instant than) {
    return head(entry).filter(head -> head.time().isBefore(than)).isPresent();
  }

  /** The last event that tells how the Mac is; one that cannot be read now may be that. */
  private SpoolEntry newestStatus() {
    return newest(
            entry -> true,
            head -> head.filter(known -> known.is(EventType.EVENTS_DROPPED)).isEmpty())
        .orElseGet(pending::lastKey);
  }

  private Optional<SpooledEvent.Head> head(SpoolEntry entry) {
    try {
      return Optional.of(Json.read(SpooledEvent.Head.class, folders.content(entry.fileName())));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What was given up and is not buried yet. */
  public synchronized Map<SpoolEntry, DropReason> marked() {
    return new TreeMap<>(marked);
  }

  /** Lets the files of lost events go, their loss being noted: evicted ones for ever. */
  public synchronized void discard(Set<SpoolEntry> lost) {
    for (SpoolEntry entry : lost) {
      DropReason reason = marked.remove(entry);
      if (reason == DropReason.EVICTED) {
        try {
          folders.delete(entry.fileName());
        } catch (IOException e) {
          folders.cannot("be deleted", entry.fileName(), e);
        }
      } else if (reason != null) {
        folders.quarantine(entry.fileName(), "it is " + EnumAdapter.of(reason));
      }
    }
  }

  /**
   * Puts aside what belongs to other streams, damaged or not: this Mac is a clone, or its state was
   * lost. Nothing of it is a loss of this stream.
   *
   * @return how many events that were
   */
  public synchronized int setAsideAllBut(String streamId) {
    Set<SpoolEntry> others = new TreeSet<>(pending.keySet());
    others.addAll(marked.keySet());
    others.removeIf(entry -> entry.streamId().equals(streamId));
    for (SpoolEntry other : others) {
      folders.quarantine(other.fileName(), "it is of another stream");
      drop(other);
      marked.remove(other);
    }
    return others.size();
  }

  public synchronized int pendingCount() {
    return pending.size();
  }

  public synchronized int quarantinedCount() {
    return folders.quarantined();
  }

  private void add(SpoolEntry entry, long bytes) {
    pending.put(entry, bytes);
    pendingBytes += bytes;
  }

  private boolean drop(SpoolEntry entry) {
    Long bytes = pending.remove(entry);
    pendingBytes -= bytes == null ? 0 : bytes;
    return bytes != null;
  }

  private void count(SpoolEntry entry) {
    highest.merge(entry.streamId(), entry.sequence(), Math::max);
  }
}
