package org.kextwatch.agent.report;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.report.EventData.DropReason;
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
  private final Supplier<Optional<Event>> heartbeat;
  private final Supplier<Moment> clock;
  private final Standing standing;
  private final SettingFiles files;
  private final Rhythm rhythm;

  private final AtomicReference<@Nullable Settings> fresh = new AtomicReference<>();
  private final AtomicBoolean hurryAsked = new AtomicBoolean();
  private volatile boolean hurried;
  private volatile boolean hopeless;
  private volatile long committed;
  private volatile @Nullable Endpoint endpoint;
  private volatile Suspicion suspicion = Suspicion.NONE;

  private Settings settings;
  private String filesSeen = "";
  private int readFailures;
  private long urgent;
  private final Map<SpoolEntry, Integer> attempts = new HashMap<>();

  Courier(
      Spool spool,
      SystemRoot root,
      String version,
      Rhythm.Phase phase,
      Settings settings,
      Supplier<Optional<Event>> heartbeat,
      Supplier<Moment> clock,
      RandomGenerator random) {
    this.spool = spool;
    this.root = root;
    this.version = version;
    this.settings = settings;
    this.heartbeat = heartbeat;
    this.clock = clock;
    this.standing = new Standing(clock, random);
    this.files = new SettingFiles(root);
    this.rhythm = new Rhythm(phase, settings.pace().heartbeat(), clock.get());
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
    return !hurryAsked.get() && (hopeless || due().isEmpty());
  }

  /** Whether everything that counts has been delivered. */
  boolean isEmpty() {
    return spool.oldest().filter(this::counts).isEmpty();
  }

  DeliveryState state() {
    return standing.state(spool);
  }

  /** Does one thing, or nothing. Returns how long there will be nothing to do. */
  Duration step() {
    takeSettings();
    takeFiles();
    Moment now = clock.get();
    rhythm.tick(now);
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
    boolean held = !hurried && rhythm.isHeld(now);
    if (oldest.isPresent() && !(held && mayWait(oldest.get()))) {
      return deliver(client, oldest.get());
    }
    if (oldest.isEmpty() && !hurried && rhythm.isBeatDue(now)) {
      return beat(client);
    }
    client.rest();
    return rhythm.rest(now);
  }

  /**
   * The news of our start comes from the whole fleet at once, so it may wait; everything else goes
   * at once and takes along what waits before it.
   */
  private boolean mayWait(SpoolEntry oldest) {
    if (oldest.sequence() > urgent) {
      urgent = spool.lastBut(EventType.AGENT_STARTED, committed);
    }
    return oldest.sequence() > urgent;
  }

  private Optional<SpoolEntry> due() {
    return spool.oldestBut(suspicion.setAside()).filter(this::counts);
  }

  private boolean counts(SpoolEntry entry) {
    return entry.sequence() <= committed;
  }

  private void takeSettings() {
    Settings now = fresh.getAndSet(null);
    if (now == null) {
      return;
    }
    Settings before = settings;
    settings = now;
    rhythm.use(now.pace().heartbeat(), clock.get());
    if (!now.webhook().equals(before.webhook())) {
      beginAnew();
    }
  }

  /** A file can be replaced under its name: a new secret counts at once, and ends a pause. */
  private void takeFiles() {
    String now = files.fingerprint(settings.webhook());
    if (!now.equals(filesSeen) && !filesSeen.isEmpty()) {
      beginAnew();
    }
    filesSeen = now;
  }

  private void beginAnew() {
    close();
    standing.forget();
    suspicion = Suspicion.NONE;
  }

  /** The client for the settings, {@code null} if they allow none. */
  private @Nullable WebhookClient client() {
    if (endpoint == null) {
      endpoint = Endpoint.open(settings.webhook(), root, version);
    }
    if (endpoint instanceof Endpoint.Unusable unusable) {
      endpoint = null;
      standing.fail(unusable.note(), REOPEN);
    }
    return endpoint instanceof Endpoint.Ready ready ? ready.client() : null;
  }

  private Duration deliver(WebhookClient client, SpoolEntry entry) {
    try {
      Optional<byte[]> body = spool.take(entry);
      readFailures = 0;
      return body.isPresent() ? send(client, entry, body.get()) : Duration.ZERO;
    } catch (IOException e) {
      return blame(entry);
    } finally {
      spool.putBack();
    }
  }

  private Duration send(WebhookClient client, SpoolEntry entry, byte[] body) {
    String id;
    try {
      id = Json.read(SpooledEvent.Head.class, body).id();
    } catch (IOException e) {
      spool.lose(entry, DropReason.CORRUPT);
      return Duration.ZERO;
    }
    attempts.keySet().removeIf(old -> !old.equals(entry) && !old.equals(suspicion.suspect()));
    Sent sent = client.send(id, body, attempts.merge(entry, 1, Integer::sum));
    if (sent.outcome() == DeliveryClass.DELIVERED) {
      forget(entry);
    }
    return learn(sent, entry);
  }

  /** The disk may recover; an event that stays unreadable must not block the others for ever. */
  private Duration blame(SpoolEntry entry) {
    readFailures++;
    if (readFailures < MAX_READ_FAILURES) {
      return standing.fail("the spool cannot be read", REOPEN);
    }
    readFailures = 0;
    spool.lose(entry, DropReason.CORRUPT);
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
      wait = learn(sent, null);
      if (sent.outcome() != DeliveryClass.DELIVERED) {
        return wait;
      }
    }
    rhythm.beaten(clock.get());
    return wait;
  }

  /**
   * Draws the conclusions.
   *
   * @param entry what was sent, {@code null} for a heartbeat
   */
  private Duration learn(Sent sent, @Nullable SpoolEntry entry) {
    if (sent.outcome() == DeliveryClass.SUSPECT) {
      suspicion = suspicion.refused(entry);
    } else if (sent.outcome() == DeliveryClass.DELIVERED) {
      SpoolEntry refused = suspicion.setAside();
      if (refused != null) {
        spool.lose(refused, DropReason.REJECTED); // for it is not the endpoint
      }
      suspicion = Suspicion.NONE;
      if (standing.isFailing()) {
        rhythm.holdBack(clock.get()); // the network, or the endpoint, is back for all
      }
    }
    Duration wait = standing.learn(sent, suspicion);
    hopeless = standing.isGone();
    if (sent.outcome() == DeliveryClass.MISCONFIGURED) {
      close(); // one of the files may be what somebody puts right: they are read again then
    }
    return wait;
  }

  /** What nobody thought of has happened in a step. Returns the wait before the next. */
  Duration stumble(Throwable what) {
    return standing.fail("an internal error: " + what.getClass().getName(), REOPEN);
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
