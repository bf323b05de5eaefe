package org.kextwatch.agent.event;

import java.util.Arrays;
import java.util.Optional;

/** The event types with their names in the webhook. */
public enum EventType {
  AGENT_STARTED("agent.started"),
  AGENT_STOPPING("agent.stopping"),
  STATUS_CHANGED("status.changed"),
  LOAD_ATTEMPTED("extension.load_attempted"),
  EVENTS_DROPPED("events.dropped"),
  HEARTBEAT("status.heartbeat"),
  WEBHOOK_TEST("webhook.test");

  private static final String PREFIX = "org.kextwatch.";

  private final String shortName;

  EventType(String shortName) {
    this.shortName = shortName;
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
