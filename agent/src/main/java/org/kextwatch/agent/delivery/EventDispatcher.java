package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.delivery.NextStep.SendEvent;
import org.kextwatch.agent.delivery.NextStep.SendHeartbeat;
import org.kextwatch.agent.delivery.NextStep.Wait;
import org.kextwatch.agent.delivery.RetryState.Fate;
import org.kextwatch.agent.delivery.RetryState.Update;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData.DropReason;
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
 * Does the steps that {@link RetryState} chooses: sends an event or a heartbeat and applies the
 * result to state and spool. One thread calls {@link #step} and {@link #onInternalError}; the other
 * methods are thread-safe.
 */
final class EventDispatcher {
  static final Duration REOPEN = WebhookConnection.REOPEN;

  /** Between two looks at the files that settings name, while a backlog drains. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** More than the events that are ever tried alternately. */
  private static final int COUNTED_EVENTS = 16;

  private final Spool spool;
  private final Supplier<Optional<CloudEvent>> heartbeat;
  private final Supplier<Moment> clock;
  private final RandomGenerator random;
  private final WebhookConnection connection;
  private final ThrottledLog eventLog = new ThrottledLog("Delivery");
  private final ThrottledLog heartbeatLog = new ThrottledLog("The heartbeat");
  private final Map<SpoolEntry, Integer> attempts =
      new LinkedHashMap<>(COUNTED_EVENTS, 1, true); // the least recently tried comes first

  private final AtomicBoolean mustExpedite = new AtomicBoolean();
  private volatile boolean isUrgent;
  private volatile boolean isBlocked;
  private volatile long committed;
  private volatile Settings settings;
  private Settings applied;
  private Moment nextLook;
  private boolean isDraining;
  private volatile RetryState state;
  private volatile DeliveryState deliveryState = DeliveryState.NONE;

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
    this.applied = settings;
    this.nextLook = now;
    this.connection = new WebhookConnection(settings.webhook(), root, version, now);
    this.state = RetryState.starting(splay, settings.get(Keys.HEARTBEAT), now);
  }

  /** The saved state counts events up to this number: they may be sent. */
  void committed(long sequence) {
    committed = sequence;
  }

  void use(Settings newSettings) {
    settings = newSettings;
  }

  /** While urgent, events skip the splay and no heartbeat is sent; the next step ends a pause. */
  void expedite(boolean urgent) {
    isBlocked = false;
    isUrgent = urgent;
    mustExpedite.set(urgent);
  }

  /** Whether a step has applied the last {@link #expedite} and no step can send more for now. */
  boolean isDone() {
    return !mustExpedite.get()
        && (isBlocked || deliverable().oldestExcept(state.poison().entries()).isEmpty());
  }

  /** Whether every event that may be sent is delivered. */
  boolean isEmpty() {
    return deliverable().isEmpty();
  }

  /** Whether the last attempt was a delivery. */
  boolean isDelivering() {
    return deliveryState.isDelivering();
  }

  DeliveryState state() {
    return deliveryState.withCounts(spool);
  }

  /** Does one step. Returns how long to wait before the next one. */
  Duration step() {
    Moment now = clock.get();
    applySettings(now);
    state = state.at(now);
    if (mustExpedite.getAndSet(false)) {
      state = state.expedited(now);
    }
    isBlocked = state.isHeld(now);
    NextStep step = state.next(deliverable(), now, isUrgent);
    Endpoint endpoint = connection.open(now);
    if (endpoint instanceof Endpoint.Ready ready) {
      if (step instanceof Wait wait) {
        ready.client().closeIdleConnections();
        return wait.time();
      }
      send(step, ready.client());
      NextStep next = state.next(deliverable(), clock.get(), isUrgent);
      isDraining = next instanceof SendEvent;
      if (!isDraining) {
        prepareNext();
      }
      return next instanceof Wait wait ? wait.time() : Duration.ZERO;
    }
    isBlocked = true;
    if (endpoint instanceof Endpoint.Unusable unusable) {
      reportError(unusable.note());
    }
    return REOPEN;
  }

  private void applySettings(Moment now) {
    Settings newest = settings;
    if (isDraining && newest.equals(applied) && !nextLook.isDue(now)) {
      return;
    }
    applied = newest;
    nextLook = now.plus(LOOK);
    state = state.withHeartbeatInterval(newest.get(Keys.HEARTBEAT), now);
    if (connection.update(newest.webhook())) {
      state = state.reset(now);
    }
  }

  private DeliverableEvents deliverable() {
    return new DeliverableEvents(spool, committed);
  }

  private void send(NextStep step, WebhookClient client) {
    if (step instanceof SendEvent event) {
      sendEvent(event, client);
    } else if (step instanceof SendHeartbeat) {
      sendHeartbeat(client);
    }
    isBlocked = state.isHeld(clock.get());
  }

  private void sendEvent(SendEvent step, WebhookClient client) {
    SpoolEntry entry = step.entry();
    try {
      Optional<Spool.CheckedOut> event = spool.checkOut(entry);
      if (event.isPresent()) {
        SendResult result =
            client.send(
                event.get().id(),
                event.get().body().toByteArray(),
                countAttempt(entry),
                this::prepareNext);
        apply(onResult(step, result, eventLog), entry);
      } else {
        state = state.without(entry);
      }
    } catch (IOException e) {
      apply(state.afterReadFailure(entry, spool.canReadExcept(entry), clock.get()), entry);
      reportError("the spool cannot be read");
    } finally {
      spool.release();
    }
  }

  /**
   * What can be done while an answer is awaited, so that the next request goes out as soon as it is
   * there. A crash before the deletion sends the event once more, as a crash before the answer
   * does.
   */
  private void prepareNext() {
    try {
      spool.prepareNext();
    } catch (IOException e) {
      Logger.warn("A delivered event cannot be deleted: {}", e.toString());
    }
  }

  private int countAttempt(SpoolEntry entry) {
    int attempt = attempts.merge(entry, 1, Integer::sum);
    if (attempts.size() > COUNTED_EVENTS) {
      attempts.remove(attempts.keySet().iterator().next());
    }
    return attempt;
  }

  private void sendHeartbeat(WebhookClient client) {
    Optional<CloudEvent> event = heartbeat.get();
    if (event.isEmpty()) {
      state = state.afterMissingHeartbeat(clock.get());
      return;
    }
    SendResult result = client.send(event.get().id(), event.get().body().toByteArray(), 1);
    state = onResult(new SendHeartbeat(), result, heartbeatLog).state();
  }

  private Update onResult(NextStep step, SendResult result, ThrottledLog log) {
    Moment now = clock.get();
    deliveryState = deliveryState.after(result, now.wall());
    if (result.outcome() == DeliveryOutcome.DELIVERED) {
      log.worked().ifPresent(Logger::info);
    } else {
      log.failed(result.note(), now).ifPresent(Logger::warn);
    }
    if (result.outcome() == DeliveryOutcome.MISCONFIGURED) {
      connection.close(); // read the files again: one of them may have been corrected
    }
    return state.after(step, result, now, random.nextDouble());
  }

  private void apply(Update update, SpoolEntry entry) {
    state = update.state();
    switch (update.fate()) {
      case DELIVERED -> spool.remove(entry);
      case REJECTED -> spool.markDropped(entry, DropReason.REJECTED);
      case UNREADABLE -> spool.markDropped(entry, DropReason.CORRUPT);
      case SET_ASIDE ->
          Logger.warn(
              "Event {} is rejected: others are sent first, then it is tried again",
              entry.sequence());
      case KEPT -> {}
    }
    if (update.fate() != Fate.KEPT && update.fate() != Fate.SET_ASIDE) {
      attempts.remove(entry);
    }
  }

  private void reportError(String error) {
    deliveryState = deliveryState.withError(error);
    eventLog.failed(error, clock.get()).ifPresent(Logger::warn);
  }

  /** A step ended with an exception. Returns how long to wait before the next one. */
  Duration onInternalError(Throwable error) {
    state = state.afterLocalFailure(clock.get());
    reportError("an internal error: " + error.getClass().getName());
    return REOPEN;
  }

  /** Cancels a request that is under way. */
  void cancel() {
    connection.cancel();
  }

  /** Closes the connection, until the next step. */
  void close() {
    prepareNext();
    connection.close();
  }
}
