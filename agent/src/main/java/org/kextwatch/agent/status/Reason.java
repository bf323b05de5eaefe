package org.kextwatch.agent.status;

/** Why the verdict is what it is; where several apply, the first in this order is told. */
public enum Reason {
  NOT_INSTALLED,
  NOT_TRUSTED,
  AWAITING_APPROVAL,
  RESTART_REQUIRED,
  LOAD_FAILED,
  APPROVED_NOT_LOADED,
  CONFLICT,
  EXTENSION_MISSING,
  EXTENSION_DISABLED,
  NOT_LICENSED,
  PASSIVE_MODE,
  PROTECTION_OFF,
  ENGINE_UNAVAILABLE,
  FULL_DISK_ACCESS_MISSING,
  DEFINITIONS_STALE,
  UNHEALTHY,
  DAEMON_UNREACHABLE,
  NOT_EXECUTABLE,
  TIMEOUT,
  UNPARSABLE,
  HEALTH_INCOMPLETE,
  UNREADABLE,
  NONE;

  /** Whether Defender's health says so, and not the state of its extension. */
  public boolean isOfHealth() {
    return switch (this) {
      case AWAITING_APPROVAL,
          RESTART_REQUIRED,
          LOAD_FAILED,
          APPROVED_NOT_LOADED,
          CONFLICT,
          EXTENSION_MISSING,
          EXTENSION_DISABLED ->
          false;
      default -> true;
    };
  }
}
