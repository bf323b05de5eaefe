package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import okio.ByteString;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.config.Settings.SpoolBounds;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** An agent's ledger and spool at work in a folder, with a record of what it has promised. */
final class DurableLife {
  private static final String HARDWARE = "uuid";

  private final EventWriter writer = new EventWriter();
  private final Path folder;
  private final Disk disk;
  private final Consumer<DurabilityModel> witness;
  private final String name;

  private SpoolBounds bounds = Settings.defaults().spool();
  private DurabilityModel promise;
  private Spool spool;
  private Ledger ledger;

  /**
   * Begins in a folder, which may be new.
   *
   * @param before what was promised in it
   */
  DurableLife(Path folder, RecordingDisk disk, DurabilityModel before) throws IOException {
    this(folder, disk, before, disk::promise, UUID.randomUUID().toString());
  }

  /**
   * Begins in a folder, which may be new.
   *
   * @param before what was promised in it
   * @param witness sees each promise as it is made
   * @param name of this life: two of the same name write the same events
   */
  DurableLife(
      Path folder,
      Disk disk,
      DurabilityModel before,
      Consumer<DurabilityModel> witness,
      String name)
      throws IOException {
    this.folder = folder;
    this.disk = disk;
    this.promise = before;
    this.witness = witness;
    this.name = name;
    restart();
  }

  /** What an agent may do at any moment. */
  enum Deed {
    COMMIT,
    DELIVER,
    EVICT,
    REJECT,
    TELL,
    SAVE,
    RESTART
  }

  void does(Deed deed) throws IOException {
    switch (deed) {
      case COMMIT -> commit(new ChangedData(status(next()), List.of(), Transition.CHANGED));
      case DELIVER -> deliver();
      case EVICT -> evict();
      case REJECT -> reject();
      case TELL -> ledger.state().losses().untold().forEach(this::commit);
      case SAVE -> save();
      case RESTART -> restart();
    }
  }

  DurabilityModel promise() {
    return promise;
  }

  /** A promised stream goes on. */
  private void restart() throws IOException {
    spool = new Spool(folder.resolve("spool"), disk);
    StateFile file = new StateFile(folder.resolve("state.json"), disk);
    ledger = Ledger.open(spool, file, HARDWARE, () -> bounds);
    String stream = ledger.state().streamId();
    if (promise.stream() != null && !promise.stream().equals(stream)) {
      throw new IOException("a new stream: " + ledger.warnings());
    }
    promise(promise.in(stream));
  }

  private long next() {
    return ledger.state().sequence() + 1;
  }

  private void commit(EventData data) {
    long number = next();
    CloudEvent event = event(data, number);
    promise(promise.tries(number, event.body()));
    if (ledger.commit(event, data)) {
      promise(promise.accepts(number));
    }
  }

  private CloudEvent event(EventData data, long number) {
    CloudEvent event =
        writer.write(
            data, StatusSamples.DEVICE, StatusSamples.NOON, ledger.state().streamId(), number);
    String id = "evt_%s_%d".formatted(name, number);
    ByteString body = ByteString.encodeUtf8(event.body().utf8().replace(event.id(), id));
    return new CloudEvent(id, event.type(), event.streamId(), number, event.time(), body);
  }

  /** Each number has a status of its own. */
  static Status status(long number) {
    Status like = StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);
    Instant at = like.observedAt().plusSeconds(number);
    return new Status(
        like.schema(),
        at,
        like.verdict(),
        like.reason(),
        like.verdictSince(),
        like.settling(),
        like.summary(),
        like.advice(),
        like.device(),
        like.agent(),
        like.health(),
        like.extension());
  }

  /** Whatever the state counts may be delivered. */
  private void deliver() throws IOException {
    Optional<SpoolEntry> oldest = spool.oldestExcept(Set.of());
    if (oldest.isPresent() && oldest.get().sequence() <= ledger.counted().sequence()) {
      promise(promise.delivers(oldest.get().sequence()));
      spool.remove(oldest.get());
      spool.prepareNext();
    }
  }

  /** As if there were room for one less. */
  private void evict() {
    SpoolBounds wide = bounds;
    bounds = new SpoolBounds(Math.max(1, spool.pendingCount() - 1), wide.maxBytes(), wide.maxAge());
    spool.pending().forEach(entry -> promise(promise.givesUp(entry.sequence())));
    ledger.settle();
    bounds = wide;
  }

  /** The receiver would not have it. That the news of losses was not wanted is told to nobody. */
  private void reject() throws IOException {
    Optional<SpoolEntry> oldest = spool.oldestExcept(Set.of());
    if (oldest.isPresent()) {
      long number = oldest.get().sequence();
      DroppedData news = SpooledEvent.read(promise.tried().get(number).toByteArray()).loss();
      if (news == null) {
        promise(promise.givesUp(number));
      } else {
        promise(promise.delivers(number));
        LongStream.rangeClosed(news.fromSequence(), news.toSequence())
            .forEach(lost -> promise(promise.delivers(lost)));
      }
      spool.markDropped(oldest.get(), DropReason.REJECTED);
      ledger.settle();
    }
  }

  /** The loader runs only when the state on disk counts it. */
  private void save() {
    ledger.keep(
        ledger
            .state()
            .with(ledger.state().loads().beginning(StatusSamples.NOON, Trigger.APPROVED)));
    if (ledger.warnings().isEmpty()) {
      promise(promise.attempts(ledger.state().loads().attempts()));
    }
  }

  private void promise(DurabilityModel more) {
    promise = more;
    witness.accept(more);
  }

  /** What is wrong with it as it begins. Whatever waits is promised from now on. */
  List<String> breaches() throws IOException {
    Violations breaches = new Violations(promise, ledger.state(), spool);
    promise = promise.finding(breaches.waiting());
    breaches.lookForNumbers(ledger.counted().sequence());
    breaches.lookFor(CrashStates.files(folder).keySet());
    return breaches.all();
  }
}
