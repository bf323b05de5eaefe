package org.kextwatch.agent.report;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;
import org.tinylog.Logger;

/**
 * Takes events to the endpoint, one step at a time: the oldest that counts, and a heartbeat when
 * nothing waits. Steps are one thread's; the other methods are for any.
 */
final class Courier {
  /** Between two looks at files that settings name and that cannot be used yet. */
  static final Duration REOPEN = Duration.ofSeconds(30);

  private static final int MAX_READ_FAILURES = 5;

  private final Spool spool;
  private final SystemRoot root;
  private final String version;
  private final Phase phase;
  private final Supplier<Optional<Event>> heartbeat;
  private final Clocks clocks;
  private final Standing standing;
  private final SettingFiles files;

  private final AtomicReference<@Nullable Settings> fresh = new AtomicReference<>();
  private final AtomicBoolean hurryAsked = new AtomicBoolean();
  private volatile boolean hurried;
  private volatile boolean hopeless;
  private volatile long committed;
  private volatile @Nullable Endpoint endpoint;

  private Settings settings;
  private String filesSeen = "";
  private Clocks.Due hold;
  private Clocks.Due beat;
  private int readFailures;
  private String lastId = "";
  private int attempts;

  Courier(
      Spool spool,
      SystemRoot root,
      String version,
      Phase phase,
      Settings settings,
      Supplier<Optional<Event>> heartbeat,
      Clocks clocks,
      RandomGenerator random) {
    this.spool = spool;
    this.root = root;
    this.version = version;
    this.phase = phase;
    this.settings = settings;
    this.heartbeat = heartbeat;
    this.clocks = clocks;
    this.standing = new Standing(clocks, random);
    this.files = new SettingFiles(root);
    Duration splay = phase.splay(interval());
    this.hold = clocks.in(splay);
    this.beat = clocks.in(splay.plus(phase.untilBeat(clocks.now().plus(splay), interval())));
  }

  /** The state counts events up to this number: they may go. */
  void committed(long sequence) {
    committed = sequence;
  }

  void use(Settings newSettings) {
    fresh.set(newSettings);
  }

  /** While hurried nothing is held back, no heartbeat is sent, and a pause is cut short once. */
  void hurry(boolean now) {
    hopeless = false;
    hurried = now;
    hurryAsked.set(now);
  }

  /** Whether a step has seen the last {@link #hurry} and there is nothing left that it could do. */
  boolean isDone() {
    return !hurryAsked.get() && (hopeless || isEmpty());
  }

  /** Whether everything that counts has been delivered. */
  boolean isEmpty() {
    return due().isEmpty();
  }

  DeliveryState state() {
    return standing.state(spool);
  }

  /** Does one thing, or nothing. Returns how long there will be nothing to do. */
  Duration step() {
    takeSettings();
    takeFiles();
    if (clocks.hasJumped()) {
      hold = clocks.in(phase.splay(interval())); // a fleet wakes at nine, all of it
    }
    if (hurryAsked.getAndSet(false)) {
      standing.cutShort();
    }
    if (!standing.pause().isZero()) {
      hopeless = standing.isGone();
      return standing.pause();
    }
    WebhookClient client = client();
    if (client == null) {
      hopeless = true;
      return REOPEN;
    }
    Optional<SpoolEntry> oldest = due();
    boolean held = !hurried && !clocks.isOver(hold);
    if (oldest.isPresent() && !(held && areAllPatient())) {
      return deliver(client, oldest.get());
    }
    if (oldest.isEmpty() && !held && !hurried && clocks.isOver(beat)) {
      return beat(client);
    }
    client.rest();
    return held ? clocks.left(hold) : clocks.left(beat);
  }

  private Optional<SpoolEntry> due() {
    return spool.oldest().filter(this::counts);
  }

  private boolean counts(SpoolEntry entry) {
    return entry.sequence() <= committed;
  }

  private Duration interval() {
    return settings.pace().heartbeat();
  }

  private void takeSettings() {
    Settings now = fresh.getAndSet(null);
    if (now == null) {
      return;
    }
    Settings before = settings;
    settings = now;
    if (!now.pace().heartbeat().equals(before.pace().heartbeat())) {
      beat = clocks.in(phase.untilBeat(clocks.now(), interval()));
    }
    if (!now.webhook().equals(before.webhook())) {
      close();
      standing.forget();
    }
  }

  /** A file can be replaced under its name: a new secret counts at once, and ends a pause. */
  private void takeFiles() {
    String now = files.fingerprint(settings.webhook());
    if (!now.equals(filesSeen) && !filesSeen.isEmpty()) {
      close();
      standing.forget();
    }
    filesSeen = now;
  }

  /** The client for the settings, {@code null} if they allow none. */
  private @Nullable WebhookClient client() {
    Endpoint known = endpoint;
    if (known == null) {
      known = Endpoint.open(settings.webhook(), root, version);
    }
    if (known instanceof Endpoint.Unusable unusable) {
      standing.fail(unusable.note(), REOPEN);
      return null;
    }
    endpoint = known;
    return known instanceof Endpoint.Ready ready ? ready.client() : null;
  }

  /** Whether all that waits is the news of our start, which comes from the whole fleet at once. */
  private boolean areAllPatient() {
    for (SpoolEntry entry : spool.pending()) {
      try {
        if (counts(entry) && !head(spool.read(entry)).isPatient()) {
          return false;
        }
      } catch (IOException e) {
        return false; // what is wrong with it, its delivery will find out
      }
    }
    return true;
  }

  private static SpooledEvent.Head head(Optional<byte[]> body) throws IOException {
    return Json.read(SpooledEvent.Head.class, body.orElseThrow(() -> new IOException("damaged")));
  }

  private Duration deliver(WebhookClient client, SpoolEntry entry) {
    Optional<byte[]> body;
    try {
      body = spool.read(entry);
      readFailures = 0;
    } catch (IOException e) {
      return blame(entry);
    }
    if (body.isEmpty()) {
      return Duration.ZERO; // the spool has put it aside
    }
    String id;
    try {
      id = head(body).id();
    } catch (IOException e) {
      spool.lose(entry, "it is no event");
      return Duration.ZERO;
    }
    attempts = id.equals(lastId) ? attempts + 1 : 1;
    lastId = id;
    Sent sent = client.send(id, body.get(), attempts);
    if (sent.outcome() == DeliveryClass.DELIVERED) {
      forget(entry);
    }
    return learn(sent);
  }

  /** The disk may recover; an event that stays unreadable must not block the others for ever. */
  private Duration blame(SpoolEntry entry) {
    readFailures++;
    if (readFailures < MAX_READ_FAILURES) {
      return standing.fail("the spool cannot be read", REOPEN);
    }
    readFailures = 0;
    spool.lose(entry, "it cannot be read");
    return Duration.ZERO;
  }

  private void forget(SpoolEntry entry) {
    try {
      spool.remove(entry);
    } catch (IOException e) {
      Logger.warn("A delivered event cannot be deleted: {}", e.toString());
    }
  }

  private Duration beat(WebhookClient client) {
    Optional<Event> event = heartbeat.get();
    Duration wait = Duration.ZERO;
    if (event.isPresent()) {
      Sent sent = client.send(event.get().id(), event.get().body().toByteArray(), 1);
      wait = learn(sent);
      if (sent.outcome() != DeliveryClass.DELIVERED) {
        return wait;
      }
    }
    beat = clocks.in(phase.untilBeat(clocks.now(), interval()));
    return wait;
  }

  private Duration learn(Sent sent) {
    Duration wait = standing.learn(sent);
    hopeless = standing.isGone();
    if (sent.outcome() == DeliveryClass.MISCONFIGURED) {
      close(); // one of the files may be what somebody puts right: they are read again then
    }
    return wait;
  }

  /** Breaks off what is under way. */
  void cancel() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().cancel();
    }
  }

  /** Lets go of the endpoint, until the next step. */
  void close() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().close();
    }
    endpoint = null;
  }
}
