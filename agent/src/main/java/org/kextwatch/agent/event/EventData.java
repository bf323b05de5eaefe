package org.kextwatch.agent.event;

import java.util.List;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** The {@code data} of an event, one record for each type. */
public sealed interface EventData {

  default EventType type() {
    return EventType.of(getClass());
  }

  /** The event in one sentence for people. */
  String text(Device device);

  /** The daemon started; with its first status. */
  record StartedData(Status status) implements EventData {
    @Override
    public String text(Device device) {
      return "Kextwatch started on %s: %s".formatted(device.nickname(), status.summary());
    }
  }

  /** The daemon ends on purpose. */
  record StoppingData(Status status, Cause cause) implements EventData {
    @Override
    public String text(Device device) {
      return switch (cause) {
        case SIGNAL -> "Kextwatch stops on " + device.nickname() + ".";
        case UPGRADE -> "Kextwatch stops on " + device.nickname() + " for its upgrade.";
        case UNINSTALL -> "Kextwatch is being removed from " + device.nickname() + ".";
      };
    }
  }

  /** A key value of the status changed. */
  record ChangedData(Status status, List<Change> changes, Transition transition)
      implements EventData {
    public ChangedData {
      changes = List.copyOf(changes);
    }

    @Override
    public String text(Device device) {
      return status.summary();
    }
  }

  /** The loader ran. */
  record LoadAttemptedData(Status status, Attempt attempt, Trigger trigger) implements EventData {
    @Override
    public String text(Device device) {
      return "kextutil ran on %s: %s."
          .formatted(device.nickname(), EnumWord.spoken(attempt.outcome()));
    }
  }

  /**
   * Events of this range were dropped.
   *
   * @param fromSequence the first that was dropped
   * @param toSequence the last that was dropped
   * @param count how many of the range were dropped
   */
  record DroppedData(long fromSequence, long toSequence, long count, DropReason reason)
      implements EventData {
    @Override
    public String text(Device device) {
      return "%s lost %d %s that could not be delivered (%s)."
          .formatted(
              device.nickname(), count, count == 1 ? "event" : "events", EnumWord.of(reason));
    }
  }

  /**
   * The agent is running.
   *
   * @param lastSequence of the stream, so that a receiver notices missing events
   * @param intervalSeconds until the next heartbeat
   */
  record HeartbeatData(Status status, long lastSequence, long intervalSeconds)
      implements EventData {
    @Override
    public String text(Device device) {
      return status.summary();
    }
  }

  /** An operator tests the webhook. */
  record TestData(Status status) implements EventData {
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

  /** Why events were dropped. */
  enum DropReason {
    /** The spool was full, or they were too old. */
    EVICTED,
    /** The receiver rejected them. */
    REJECTED,
    /** Their files were damaged. */
    CORRUPT
  }
}
