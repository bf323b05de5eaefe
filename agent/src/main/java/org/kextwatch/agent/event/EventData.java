package org.kextwatch.agent.event;

import java.util.List;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** What an event tells, one shape for each type. */
public sealed interface EventData {

  EventType type();

  /** One sentence for people. */
  String text(Device device);

  /** The daemon started; this is its first judgement. */
  record StartedData(Status status) implements EventData {
    @Override
    public EventType type() {
      return EventType.AGENT_STARTED;
    }

    @Override
    public String text(Device device) {
      return "Kextwatch started on %s: %s".formatted(device.nickname(), status.summary());
    }
  }

  /** The daemon ends on purpose. */
  record StoppingData(Status status, Cause cause) implements EventData {
    @Override
    public EventType type() {
      return EventType.AGENT_STOPPING;
    }

    @Override
    public String text(Device device) {
      return switch (cause) {
        case SIGNAL -> "Kextwatch stops on " + device.nickname() + ".";
        case UPGRADE -> "Kextwatch stops on " + device.nickname() + " for its upgrade.";
        case UNINSTALL -> "Kextwatch is being removed from " + device.nickname() + ".";
      };
    }
  }

  /** Key values are not what they were. */
  record ChangedData(Status status, List<Change> changes, Transition transition)
      implements EventData {
    public ChangedData {
      changes = List.copyOf(changes);
    }

    @Override
    public EventType type() {
      return EventType.STATUS_CHANGED;
    }

    @Override
    public String text(Device device) {
      return status.summary();
    }
  }

  /** The loader ran. */
  record LoadAttemptedData(Status status, Attempt attempt, Trigger trigger) implements EventData {
    @Override
    public EventType type() {
      return EventType.LOAD_ATTEMPTED;
    }

    @Override
    public String text(Device device) {
      return "kextutil ran on %s: %s."
          .formatted(device.nickname(), EnumAdapter.of(attempt.outcome()).replace('_', ' '));
    }
  }

  /**
   * Events are missing from the stream, and why.
   *
   * @param fromSequence the first
   * @param toSequence the last
   * @param count how many of those between are gone
   */
  record DroppedData(long fromSequence, long toSequence, long count, DropReason reason)
      implements EventData {
    @Override
    public EventType type() {
      return EventType.EVENTS_DROPPED;
    }

    @Override
    public String text(Device device) {
      return "%s lost %d %s that could not be delivered (%s)."
          .formatted(
              device.nickname(), count, count == 1 ? "event" : "events", EnumAdapter.of(reason));
    }
  }

  /**
   * A sign of life.
   *
   * @param lastSequence of the stream, so that a receiver notices what it lacks
   * @param intervalSeconds until the next
   */
  record HeartbeatData(Status status, long lastSequence, long intervalSeconds)
      implements EventData {
    @Override
    public EventType type() {
      return EventType.HEARTBEAT;
    }

    @Override
    public String text(Device device) {
      return status.summary();
    }
  }

  /** The operator asked whether events arrive. */
  record TestData(Status status) implements EventData {
    @Override
    public EventType type() {
      return EventType.WEBHOOK_TEST;
    }

    @Override
    public String text(Device device) {
      return "This is a test of Kextwatch on " + device.nickname() + ".";
    }
  }

  /** Why the daemon ends. */
  enum Cause {
    SIGNAL,
    UPGRADE,
    UNINSTALL
  }

  /** Why events are gone. */
  enum DropReason {
    /** The spool was full, or they were too old. */
    EVICTED,
    /** The receiver would not have them. */
    REJECTED,
    /** Their files were damaged. */
    CORRUPT
  }
}
