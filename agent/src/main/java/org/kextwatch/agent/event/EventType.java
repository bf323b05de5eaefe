package org.kextwatch.agent.event;

import java.util.Arrays;
import java.util.Optional;
import org.kextwatch.agent.event.EventData.ChangedData;
import org.kextwatch.agent.event.EventData.DroppedData;
import org.kextwatch.agent.event.EventData.HeartbeatData;
import org.kextwatch.agent.event.EventData.LoadAttemptedData;
import org.kextwatch.agent.event.EventData.StartedData;
import org.kextwatch.agent.event.EventData.StoppingData;
import org.kextwatch.agent.event.EventData.TestData;

/** The event types with their names in the webhook. */
public enum EventType {
  AGENT_STARTED("agent.started", StartedData.class),
  AGENT_STOPPING("agent.stopping", StoppingData.class),
  STATUS_CHANGED("status.changed", ChangedData.class),
  LOAD_ATTEMPTED("extension.load_attempted", LoadAttemptedData.class),
  EVENTS_DROPPED("events.dropped", DroppedData.class),
  HEARTBEAT("status.heartbeat", HeartbeatData.class),
  WEBHOOK_TEST("webhook.test", TestData.class);

  private static final String PREFIX = "org.kextwatch.";

  private final String shortName;
  private final Class<? extends EventData> data;

  EventType(String shortName, Class<? extends EventData> data) {
    this.shortName = shortName;
    this.data = data;
  }

  /** The type of events with this data. */
  static EventType of(Class<? extends EventData> data) {
    return Arrays.stream(values()).filter(type -> type.data == data).findFirst().orElseThrow();
  }

  /** The type with this full name, empty if this version does not know it. */
  public static Optional<EventType> named(String fullName) {
    return Arrays.stream(values()).filter(type -> type.fullName().equals(fullName)).findFirst();
  }

  /** For example {@code org.kextwatch.status.changed}. */
  public String fullName() {
    return PREFIX + shortName;
  }

  /** Names the schema of the body; the 1 is its major version, within it members are only added. */
  String schema() {
    return "urn:kextwatch:schema:1:" + shortName;
  }

  /** The name under which {@link EventSchemas} has the schema. */
  String schemaFile() {
    return shortName + ".json";
  }

  /** Whether events of this type have a sequence number and wait in the spool. */
  public boolean isSpooled() {
    return this != HEARTBEAT && this != WEBHOOK_TEST;
  }
}
