package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.delivery.NextStep.Beat;
import org.kextwatch.agent.delivery.NextStep.Rest;
import org.kextwatch.agent.delivery.NextStep.Send;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.RetryState.Transition;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.event.SpooledEvent;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.mac.ThrottledLog;
import org.kextwatch.agent.spool.Spool;
import org.kextwatch.agent.spool.SpoolEntry;
import org.kextwatch.agent.webhook.DeliveryOutcome;
import org.kextwatch.agent.webhook.Endpoint;
import org.kextwatch.agent.webhook.SendResult;
import org.kextwatch.agent.webhook.WebhookClient;
import org.kextwatch.agent.webhook.WebhookConnection;
import org.tinylog.Logger;

/**
 * Does what {@link RetryState} says: takes an event or a heartbeat to the endpoint, and the answer
 * back. Steps are one thread's; the other methods are for any.
 */
final class EventDispatcher {
  static final Duration REOPEN = WebhookConnection.REOPEN;

  /** More than the events that are ever tried in turns. */
  private static final int COUNTED_EVENTS = 16;

  private final Spool spool;
  private final Supplier<Optional<CloudEvent>> heartbeat;
  private final Supplier<Moment> clock;
  private final RandomGenerator random;
  private final WebhookConnection connection;
  private final ThrottledLog eventComplaint = new ThrottledLog("Delivery");
  private final ThrottledLog heartbeatComplaint = new ThrottledLog("The heartbeat");
  private final Map<SpoolEntry, Integer> attempts =
      new LinkedHashMap<>(COUNTED_EVENTS, 1, true); // the least recently tried comes first

  private final AtomicBoolean urgencyAsked = new AtomicBoolean();
  private volatile boolean isUrgent;
  private volatile boolean isStuck;
  private volatile long committed;
  private volatile Settings settings;
  private volatile RetryState state;
  private volatile DeliveryState shown = DeliveryState.NONE;

  EventDispatcher(
      Spool spool,
      SystemRoot root,
      String version,
      Splay splay,
      Settings settings,
      Supplier<Optional<CloudEvent>> heartbeat,
      Supplier<Moment> clock,
      RandomGenerator random) {
    this.spool = spool;
    this.settings = settings;
    this.heartbeat = heartbeat;
    this.clock = clock;
    this.random = random;
    Moment now = clock.get();
    this.connection = new WebhookConnection(settings.webhook(), root, version, now);
    this.state = RetryState.starting(splay, settings.intervals().heartbeat(), now);
  }

  /** The state counts events up to this number: they may go. */
  void committed(long sequence) {
    committed = sequence;
  }

  void use(Settings newSettings) {
    settings = newSettings;
  }

  /** While it is urgent nothing is held back, no heartbeat is sent, and a pause is ended once. */
  void expedite(boolean now) {
    isStuck = false;
    isUrgent = now;
    urgencyAsked.set(now);
  }

  /**
   * Whether a step has seen the last {@link #expedite} and there is nothing left that it could do.
   */
  boolean isDone() {
    return !urgencyAsked.get()
        && (isStuck || waiting().oldestBut(state.poison().entries()).isEmpty());
  }

  /** Whether everything that counts has been delivered. */
  boolean isEmpty() {
    return waiting().isEmpty();
  }

  DeliveryState state() {
    return shown.withCounts(spool);
  }

  /** Does one thing, or nothing. Returns how long there will be nothing to do. */
  Duration step() {
    Moment now = clock.get();
    takeSettings(now);
    state = state.at(now);
    if (urgencyAsked.getAndSet(false)) {
      state = state.expedited(now);
    }
    isStuck = state.isHeld(now);
    NextStep step = state.next(waiting(), now, isUrgent);
    Endpoint endpoint = connection.open(now);
    if (endpoint instanceof Endpoint.Ready ready) {
      if (step instanceof Rest rest) {
        ready.client().rest();
        return rest.time();
      }
      attempt(step, ready.client());
      return state.next(waiting(), clock.get(), isUrgent) instanceof Rest rest
          ? rest.time()
          : Duration.ZERO;
    }
    isStuck = true;
    if (endpoint instanceof Endpoint.Unusable unusable) {
      fail(eventComplaint, unusable.note());
    }
    return REOPEN;
  }

  private void takeSettings(Moment now) {
    Settings newest = settings;
    state = state.beatingEvery(newest.intervals().heartbeat(), now);
    if (connection.changes(newest.webhook())) {
      state = state.forgetting(now);
    }
  }

  private DeliverableEvents waiting() {
    return new DeliverableEvents(spool, committed);
  }

  private void attempt(NextStep step, WebhookClient client) {
    if (step instanceof Send send) {
      deliver(client, send);
    } else if (step instanceof Beat) {
      beat(client);
    }
    isStuck = state.isHeld(clock.get());
  }

  private void deliver(WebhookClient client, Send send) {
    SpoolEntry entry = send.entry();
    try {
      Optional<byte[]> body = spool.checkOut(entry);
      if (body.isPresent()) {
        send(client, send, body.get());
      } else {
        state = state.without(entry);
      }
    } catch (IOException e) {
      apply(state.unread(entry, waiting().canReadAnother(entry), clock.get()), entry);
      fail(eventComplaint, "the spool cannot be read");
    } finally {
      spool.release();
    }
  }

  private void send(WebhookClient client, Send send, byte[] body) {
    SpoolEntry entry = send.entry();
    String id;
    try {
      id = Json.read(SpooledEvent.Head.class, body).id();
    } catch (IOException e) {
      spool.markDropped(entry, DropReason.CORRUPT);
      state = state.without(entry);
      return;
    }
    SendResult sent = client.send(id, body, count(entry));
    apply(onResult(send, sent, eventComplaint), entry);
  }

  private int count(SpoolEntry entry) {
    int attempt = attempts.merge(entry, 1, Integer::sum);
    if (attempts.size() > COUNTED_EVENTS) {
      attempts.remove(attempts.keySet().iterator().next());
    }
    return attempt;
  }

  private void beat(WebhookClient client) {
    Optional<CloudEvent> event = heartbeat.get();
    if (event.isEmpty()) {
      state = state.withoutHeartbeat(clock.get());
      return;
    }
    SendResult sent = client.send(event.get().id(), event.get().body().toByteArray(), 1);
    state = onResult(new Beat(), sent, heartbeatComplaint).next();
  }

  private Transition onResult(NextStep tried, SendResult sent, ThrottledLog complaint) {
    Moment now = clock.get();
    shown = shown.after(sent, now.wall());
    if (sent.outcome() == DeliveryOutcome.DELIVERED) {
      complaint.worked().ifPresent(Logger::info);
    } else {
      complaint.failed(sent.note(), now).ifPresent(Logger::warn);
    }
    if (sent.outcome() == DeliveryOutcome.MISCONFIGURED) {
      connection.close(); // one of the files may be what somebody puts right: they are read again
    }
    return state.after(tried, sent, now, random.nextDouble());
  }

  private void apply(Transition transition, SpoolEntry entry) {
    state = transition.next();
    switch (transition.fate()) {
      case DELIVERED -> remove(entry);
      case REJECTED -> spool.markDropped(entry, DropReason.REJECTED);
      case UNREADABLE -> spool.markDropped(entry, DropReason.CORRUPT);
      case SET_ASIDE ->
          Logger.warn(
              "Event {} is refused: others go first, then it is tried again", entry.sequence());
      case KEPT -> {}
    }
    if (transition.fate() != Fate.KEPT && transition.fate() != Fate.SET_ASIDE) {
      attempts.remove(entry);
    }
  }

  private void remove(SpoolEntry entry) {
    try {
      spool.remove(entry);
    } catch (IOException e) {
      Logger.warn("A delivered event cannot be deleted: {}", e.toString());
    }
  }

  private void fail(ThrottledLog complaint, String note) {
    shown = shown.failing(note);
    complaint.failed(note, clock.get()).ifPresent(Logger::warn);
  }

  /** What nobody thought of has happened in a step. Returns the wait before the next. */
  Duration onInternalError(Throwable what) {
    state = state.stumbled(clock.get());
    fail(eventComplaint, "an internal error: " + what.getClass().getName());
    return REOPEN;
  }

  /** Breaks off what is under way. */
  void cancel() {
    connection.cancel();
  }

  /** Lets go of the endpoint, until the next step. */
  void close() {
    connection.close();
  }
}
