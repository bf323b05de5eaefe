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
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventType;
import org.kextwatch.agent.event.SpooledEvent.Head;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.mac.EnumWord;

/**
 * The outbox: events wait for delivery, one file each. An event that is lost is first marked as
 * dropped; its file is discarded after the state has noted the loss. Thread-safe.
 */
public final class Spool {
  private final SpoolFolders folders;
  private final TreeMap<SpoolEntry, Pending> pending = new TreeMap<>();
  private final TreeMap<SpoolEntry, DropReason> marked = new TreeMap<>();
  private final Map<String, Long> highest = new HashMap<>();
  private long pendingBytes;
  private boolean isOpen;
  private @Nullable SpoolEntry checkedOut;

  /** A spool in a folder that {@link #open} creates if it is missing. */
  public Spool(Path folder, Disk disk) {
    this.folders = new SpoolFolders(folder, disk);
  }

  /** An event that is being sent. */
  public record CheckedOut(String id, ByteString body) {}

  /** An event that waits; {@code head} is {@code null} if its file could not be read. */
  private record Pending(long bytes, @Nullable Head head) {}

  /**
   * Reads what is in the folders. No file in them makes this fail. It may be called again.
   *
   * @throws IOException if the folders cannot be created or listed, or have another owner
   */
  public synchronized void open() throws IOException {
    isOpen = false;
    folders.create();
    pending.clear();
    pendingBytes = 0;
    marked.clear();
    highest.clear();
    folders.namesInQuarantine().forEach(name -> SpoolEntry.named(name).ifPresent(this::count));
    for (String name : folders.names()) {
      SpoolEntry.named(name)
          .ifPresentOrElse(
              this::load, () -> folders.quarantine(name, "it is not an event of this program"));
    }
    isOpen = true;
  }

  private void load(SpoolEntry entry) {
    count(entry);
    SpoolEntry before = pending.floorKey(entry); // names are sorted: a twin is the neighbour
    if (folders.isToBeDeleted(entry.fileName())) {
      return;
    }
    if (before != null && entry.hasPlaceOf(before)) {
      folders.quarantine(entry.fileName(), "another event has its number");
      return;
    }
    try {
      byte[] content = folders.read(entry.fileName());
      Optional<Head> head = entry.headOf(content);
      if (head.isPresent()) {
        add(entry, content.length, head.get());
      } else {
        marked.put(entry, DropReason.CORRUPT);
      }
    } catch (IOException e) {
      add(entry, 0, null); // the disk may recover: the file is read again when it is sent
    }
  }

  /**
   * Adds an event.
   *
   * @throws IOException if it could not be written; its file is gone then
   * @throws IllegalArgumentException if it has no sequence number, or one that was used before
   */
  public synchronized void append(CloudEvent event) throws IOException {
    if (!isOpen) {
      throw new IOException("the spool is not open");
    }
    SpoolEntry entry = SpoolEntry.of(event);
    if (entry.sequence() <= highestSequence(entry.streamId())) {
      throw new IllegalArgumentException("number used before: " + entry.sequence());
    }
    folders.write(entry.fileName(), event.body().toByteArray());
    add(entry, event.body().size(), Head.of(event));
    count(entry);
  }

  /** The events that wait, by stream and number. */
  public synchronized List<SpoolEntry> pending() {
    return List.copyOf(pending.keySet());
  }

  /** The oldest event that is not one of these. */
  public synchronized Optional<SpoolEntry> oldestExcept(Set<SpoolEntry> excluded) {
    return pending.keySet().stream().filter(entry -> !excluded.contains(entry)).findFirst();
  }

  /** The newest event that passes this filter. */
  public synchronized Optional<SpoolEntry> newest(Predicate<SpoolEntry> filter) {
    return pending.descendingKeySet().stream().filter(filter).findFirst();
  }

  /** The newest event that passes both filters; one that cannot be read does not. */
  public synchronized Optional<SpoolEntry> newest(
      Predicate<SpoolEntry> filter, Predicate<Head> headFilter) {
    return newest(entry -> filter.test(entry) && head(entry).filter(headFilter).isPresent());
  }

  /** The highest sequence number that this stream is known to have used, 0 if none. */
  public synchronized long highestSequence(String streamId) {
    return highest.getOrDefault(streamId, 0L);
  }

  /**
   * The body of an event.
   *
   * @return empty if the file is damaged or gone; the event is marked as dropped then
   * @throws IOException if the disk cannot read the file now
   */
  public synchronized Optional<byte[]> read(SpoolEntry entry) throws IOException {
    byte[] content = folders.read(entry.fileName());
    if (entry.isContent(content)) {
      return Optional.of(content);
    }
    markDropped(entry, DropReason.CORRUPT);
    return Optional.empty();
  }

  /** Reads an event to send it. It is not evicted until it is released or removed. */
  public synchronized Optional<CheckedOut> checkOut(SpoolEntry entry) throws IOException {
    checkedOut = pending.containsKey(entry) ? entry : null;
    Optional<byte[]> body = checkedOut == null ? Optional.empty() : read(entry);
    Optional<Head> head = body.isPresent() ? head(entry) : Optional.empty();
    if (body.isPresent() && head.isEmpty()) {
      markDropped(entry, DropReason.CORRUPT);
    }
    return head.map(known -> new CheckedOut(known.id(), ByteString.of(body.orElseThrow())));
  }

  /** Ends the protection of the event that was checked out. */
  public synchronized void release() {
    checkedOut = null;
  }

  /** Whether the file of any other event can be read now. */
  public synchronized boolean canReadExcept(SpoolEntry excluded) {
    return newest(entry -> !entry.equals(excluded) && readHead(entry).isPresent()).isPresent();
  }

  /** Removes an event that was delivered. Its file stays until {@link #prepareNext}. */
  public synchronized void remove(SpoolEntry entry) {
    drop(entry);
    folders.deleteLater(entry.fileName());
  }

  /**
   * Reads the event after the one that is checked out, and deletes the file of the one before it.
   *
   * @throws IOException if it could not be deleted; the next deletion tries again
   */
  public synchronized void prepareNext() throws IOException {
    Optional.ofNullable(checkedOut)
        .map(pending::higherKey)
        .ifPresent(next -> folders.readAhead(next.fileName()));
    folders.deleteNoted();
  }

  /** Marks an event as dropped: it does not wait any more, but its file stays until discarded. */
  public synchronized void markDropped(SpoolEntry entry, DropReason reason) {
    if (drop(entry)) {
      marked.put(entry, reason);
    }
  }

  /**
   * Marks the oldest events as dropped until the spool is within its bounds. The newest status and
   * the event that is checked out stay.
   *
   * @param oldest events from before this are dropped; {@code null} if age does not count
   */
  public synchronized void keepWithin(SpoolBounds bounds, @Nullable Instant oldest) {
    for (SpoolEntry entry : pending()) {
      boolean isTooOld =
          oldest != null && head(entry).filter(head -> head.time().isBefore(oldest)).isPresent();
      if (hasRoom(bounds, 0, 0) && !isTooOld) {
        break;
      }
      if (!entry.equals(checkedOut) && !entry.equals(newestStatus())) {
        markDropped(entry, DropReason.EVICTED);
      }
    }
    folders.trimQuarantine(bounds.maxEvents(), bounds.maxBytes());
  }

  /** Whether this much more is within the bounds. */
  public synchronized boolean hasRoom(SpoolBounds bounds, int moreEvents, long moreBytes) {
    return pending.size() + moreEvents <= bounds.maxEvents()
        && pendingBytes + moreBytes <= bounds.maxBytes();
  }

  /** The newest event with a status; one that cannot be read may have one. */
  private SpoolEntry newestStatus() {
    return newest(entry -> head(entry).filter(h -> h.is(EventType.EVENTS_DROPPED)).isEmpty())
        .orElseGet(pending::lastKey);
  }

  private Optional<Head> head(SpoolEntry entry) {
    Pending known = pending.get(entry);
    return known == null || known.head() == null ? readHead(entry) : Optional.of(known.head());
  }

  private Optional<Head> readHead(SpoolEntry entry) {
    try {
      return entry.headOf(folders.read(entry.fileName()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The events that are marked as dropped and not discarded yet. */
  public synchronized Map<SpoolEntry, DropReason> marked() {
    return new TreeMap<>(marked);
  }

  /** Removes the files of dropped events: evicted ones are deleted, the others quarantined. */
  public synchronized void discard(Set<SpoolEntry> dropped) {
    for (SpoolEntry entry : dropped) {
      DropReason reason = marked.remove(entry);
      if (reason == DropReason.EVICTED) {
        folders.tryToDelete(entry.fileName());
      } else if (reason != null) {
        folders.quarantine(entry.fileName(), "it is " + EnumWord.of(reason));
      }
    }
  }

  /**
   * Quarantines all events of other streams: this Mac is a clone, or its state was lost. They do
   * not count as dropped events of this stream.
   *
   * @return how many events that were
   */
  public synchronized int quarantineOtherStreams(String streamId) {
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
    return folders.quarantinedCount();
  }

  private void add(SpoolEntry entry, long bytes, @Nullable Head head) {
    pending.put(entry, new Pending(bytes, head));
    pendingBytes += bytes;
  }

  private boolean drop(SpoolEntry entry) {
    Pending dropped = pending.remove(entry);
    pendingBytes -= dropped == null ? 0 : dropped.bytes();
    return dropped != null;
  }

  private void count(SpoolEntry entry) {
    highest.merge(entry.streamId(), entry.sequence(), Math::max);
  }
}
