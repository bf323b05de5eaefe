package org.kextwatch.agent.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.report.EventData.DropReason;
import org.kextwatch.agent.report.EventData.DroppedData;

/**
 * The events that wait for delivery, a file each: written in {@code tmp}, forced, moved to {@code
 * new}, the move forced. What is in {@code new} and is not a whole event of ours goes to {@code
 * quarantine}. Safe for use by several threads.
 */
public final class Spool {
  private final SpoolFolders folders;
  private final TreeSet<SpoolEntry> pending = new TreeSet<>();
  private final Set<SpoolEntry> undeleted = new HashSet<>();
  private final Map<String, Long> highest = new HashMap<>();
  private final List<DroppedData> untold = new ArrayList<>();
  private boolean open;
  private int quarantined;
  private long dropped;

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
    /**
     * It is there and will be delivered; only a power cut could lose it, for its folder could not
     * be forced. It must not be written again under another number.
     */
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
    highest.clear();
    List<String> aside = folders.aside();
    quarantined = aside.size();
    aside.forEach(name -> SpoolEntry.named(name).ifPresent(this::count));
    for (String name : folders.kept()) {
      SpoolEntry.named(name)
          .ifPresentOrElse(this::adopt, () -> putAside(name, "it is not an event of ours"));
    }
    open = true;
  }

  private void adopt(SpoolEntry entry) {
    count(entry);
    SpoolEntry before = pending.floor(entry); // names come sorted, so a twin is the neighbour
    if (undeleted.contains(entry)) {
      return;
    }
    if (before != null && entry.hasPlaceOf(before)) {
      putAside(entry.fileName(), "its number is taken");
    } else if (isDamaged(entry)) {
      drop(entry, "it is damaged");
    } else {
      pending.add(entry);
    }
  }

  /** What cannot be read just now is not damaged: it is read again before it is sent. */
  private boolean isDamaged(SpoolEntry entry) {
    try {
      return !entry.isContent(folders.content(entry.fileName()));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Keeps an event. When this returns the event counts, whatever the strength of the promise.
   *
   * @throws IOException if it is not kept; nothing of it is left then
   * @throws IllegalArgumentException if it has no number, or one that was used before
   */
  public synchronized Accepted append(Event event) throws IOException {
    if (!open) {
      throw new IOException("the spool is not open");
    }
    SpoolEntry entry = SpoolEntry.of(event);
    if (entry.sequence() <= highestSequence(entry.streamId())) {
      throw new IllegalArgumentException("used before: number " + entry.sequence());
    }
    folders.keep(entry.fileName(), event.body().toByteArray());
    pending.add(entry);
    count(entry);
    return folders.force() ? Accepted.DURABLE : Accepted.VISIBLE;
  }

  /** What waits, by stream and number. */
  public synchronized List<SpoolEntry> pending() {
    return List.copyOf(pending);
  }

  /** What waits longest. */
  public synchronized Optional<SpoolEntry> oldest() {
    return pending.isEmpty() ? Optional.empty() : Optional.of(pending.first());
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
    lose(entry, "it is damaged");
    return Optional.empty();
  }

  /**
   * Forgets an event that was delivered.
   *
   * @throws IOException if its file is still there; it waits no more even so, and the next removal
   *     tries again
   */
  public synchronized void remove(SpoolEntry entry) throws IOException {
    pending.remove(entry);
    undeleted.add(entry);
    for (Iterator<SpoolEntry> left = undeleted.iterator(); left.hasNext(); ) {
      folders.delete(left.next().fileName());
      left.remove();
    }
  }

  /** Gives an event up, so that those after it can go: its file moves to the quarantine. */
  public synchronized void lose(SpoolEntry entry, String why) {
    if (pending.remove(entry)) {
      drop(entry, why);
    }
  }

  private void drop(SpoolEntry entry, String why) {
    putAside(entry.fileName(), why);
    dropped++;
    untold.add(new DroppedData(entry.sequence(), entry.sequence(), 1, DropReason.CORRUPT));
  }

  /**
   * Puts aside what belongs to other streams: this Mac is a clone, or its state was lost.
   *
   * @return how many events that were
   */
  public synchronized int setAsideAllBut(String streamId) {
    List<SpoolEntry> others =
        pending.stream().filter(entry -> !entry.streamId().equals(streamId)).toList();
    others.forEach(other -> putAside(other.fileName(), "it is of another stream"));
    others.forEach(pending::remove);
    return others.size();
  }

  /** The losses since the last call, each to be told as an event. */
  public synchronized List<DroppedData> takeUntoldLosses() {
    List<DroppedData> losses = List.copyOf(untold);
    untold.clear();
    return losses;
  }

  public synchronized int pendingCount() {
    return pending.size();
  }

  public synchronized int quarantinedCount() {
    return quarantined;
  }

  /** How many events this object has lost. */
  public synchronized long droppedCount() {
    return dropped;
  }

  private void putAside(String name, String why) {
    if (folders.putAside(name, why)) {
      quarantined++;
    }
  }

  private void count(SpoolEntry entry) {
    highest.merge(entry.streamId(), entry.sequence(), Math::max);
  }
}
