package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import okio.ByteString;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Disk;
import org.kextwatch.agent.report.Event;
import org.kextwatch.agent.report.EventData.ChangedData;
import org.kextwatch.agent.report.EventWriter;
import org.kextwatch.agent.report.Spool;
import org.kextwatch.agent.report.SpoolEntry;
import org.kextwatch.agent.status.Samples;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/**
 * An agent's ledger and spool at work in a folder, with a record of what it has promised; and what
 * must be true of such a folder when another agent takes it up.
 */
final class PromisedLife {
  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final String UUID = "uuid";

  private final EventWriter writer = new EventWriter();
  private final Path folder;
  private final Disk disk;
  private final Consumer<Promise> witness;
  private final String name;

  private Promise promise;
  private Spool spool;
  private Ledger ledger;

  /**
   * Begins in a folder, which may be new.
   *
   * @param before what was promised in it
   */
  PromisedLife(Path folder, RecordingDisk disk, Promise before) throws IOException {
    this(folder, disk, before, disk::promise, java.util.UUID.randomUUID().toString());
  }

  /**
   * Begins in a folder, which may be new.
   *
   * @param before what was promised in it
   * @param witness sees each promise as it is made
   * @param name of this life: two of the same name write the same events
   */
  PromisedLife(Path folder, Disk disk, Promise before, Consumer<Promise> witness, String name)
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
    SAVE,
    RESTART
  }

  void does(Deed deed) throws IOException {
    switch (deed) {
      case COMMIT -> commit();
      case DELIVER -> deliver();
      case SAVE -> save();
      case RESTART -> restart();
    }
  }

  Promise promise() {
    return promise;
  }

  /** A promised stream goes on. */
  private void restart() throws IOException {
    spool = new Spool(folder.resolve("spool"), disk);
    StateFile file = new StateFile(folder.resolve("state.json"), disk);
    ledger = Ledger.open(spool, file, UUID, () -> Settings.defaults().spool());
    String stream = ledger.state().streamId();
    if (promise.stream() != null && !promise.stream().equals(stream)) {
      throw new IOException("a new stream: " + ledger.warnings());
    }
    promise(promise.in(stream));
  }

  private void commit() {
    long number = ledger.state().sequence() + 1;
    ChangedData data = new ChangedData(status(number), List.of(), Transition.CHANGED);
    Event event = event(data, number);
    promise(promise.tries(number, event.body()));
    if (ledger.commit(event, counted -> counted.telling(data))) {
      promise(promise.accepts(number));
    }
  }

  private Event event(ChangedData data, long number) {
    Event event =
        writer.write(data, Samples.DEVICE, Samples.NOON, ledger.state().streamId(), number);
    String id = "evt_%s_%d".formatted(name, number);
    ByteString body = ByteString.encodeUtf8(event.body().utf8().replace(event.id(), id));
    return new Event(id, event.type(), event.streamId(), number, event.time(), body);
  }

  /** Each number has a status of its own. */
  private static Status status(long number) {
    Status like = Samples.status(Samples.HEALTHY, Samples.ACTIVE);
    Instant at = like.observedAt().plusSeconds(number);
    return new Status(
        like.schema(),
        at,
        like.verdict(),
        like.reason(),
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
    Optional<SpoolEntry> oldest = spool.oldest();
    if (oldest.isPresent() && oldest.get().sequence() <= ledger.countedSequence()) {
      promise(promise.delivers(oldest.get().sequence()));
      spool.remove(oldest.get());
    }
  }

  /** The loader runs only when the state on disk counts it. */
  private void save() {
    ledger.keep(
        ledger.state().with(ledger.state().loads().beginning(Samples.NOON, Trigger.APPROVED)));
    if (ledger.warnings().isEmpty()) {
      promise(promise.attempts(ledger.state().loads().attempts()));
    }
  }

  private void promise(Promise more) {
    promise = more;
    witness.accept(more);
  }

  /** Every file in a folder. */
  static Map<Path, ByteString> files(Path folder) throws IOException {
    Map<Path, ByteString> files = new TreeMap<>();
    for (Path file : names(folder)) {
      files.put(file, ByteString.of(Files.readAllBytes(file)));
    }
    return files;
  }

  /** Makes these the files in a folder, and no others. */
  static void layOut(Path folder, Map<Path, ByteString> files) throws IOException {
    for (String part : List.of("tmp", "new", "quarantine")) {
      Files.createDirectories(folder.resolve("spool").resolve(part), OURS);
    }
    for (Path old : names(folder)) {
      Files.delete(old);
    }
    for (Map.Entry<Path, ByteString> file : files.entrySet()) {
      Files.createFile(file.getKey(), PosixFilePermissions.asFileAttribute(Disk.PRIVATE));
      Files.write(file.getKey(), file.getValue().toByteArray());
    }
  }

  private static List<Path> names(Path folder) throws IOException {
    try (Stream<Path> found = Files.walk(folder)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }

  /**
   * What is wrong with a life as it begins, by what was promised before. Whatever waits is promised
   * from now on.
   */
  List<String> breaches() throws IOException {
    List<String> breaches = new ArrayList<>();
    Map<Long, ByteString> waiting = waiting(breaches);
    waiting.forEach(
        (number, body) -> {
          if (!body.equals(promise.tried().get(number))) {
            breaches.add("not what was committed: " + number);
          }
        });
    for (long number : promise.accepted()) {
      if (!waiting.containsKey(number) && !promise.delivered().contains(number)) {
        breaches.add("lost: " + number);
      }
    }
    promise = promise.finding(waiting);
    long last = promise.accepted().stream().mapToLong(Long::longValue).max().orElse(0);
    State state = ledger.state();
    if (state.sequence() < last || ledger.countedSequence() < last) {
      breaches.add("number %d would be used again: %s".formatted(last, ledger.warnings()));
    }
    if (!Objects.equals(state.told(), last == 0 ? null : status(last))) {
      breaches.add("told again: " + last);
    }
    if (state.loads().attempts() < promise.attempts()) {
      breaches.add("the loader has run and that is not known");
    }
    for (Path file : names(folder)) {
      if (file.getParent().endsWith("tmp") || file.toString().endsWith(".new")) {
        breaches.add("left over: " + file.getFileName());
      }
    }
    return breaches;
  }

  /** As the delivery reads it; what is found to be damaged is not handed out. */
  private Map<Long, ByteString> waiting(List<String> breaches) throws IOException {
    Map<Long, ByteString> waiting = new TreeMap<>();
    for (SpoolEntry entry : spool.pending()) {
      Optional<byte[]> body = spool.read(entry);
      if (body.isPresent() && waiting.put(entry.sequence(), ByteString.of(body.get())) != null) {
        breaches.add("a number twice: " + entry.sequence());
      }
    }
    return waiting;
  }
}
