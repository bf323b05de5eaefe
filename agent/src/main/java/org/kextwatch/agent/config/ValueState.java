package org.kextwatch.agent.config;

/** Whether the value of a setting in the file that it comes from is accepted. */
public enum ValueState {
  /** The value in the file is accepted. */
  GOOD,

  /** The value, or the whole file, is refused or missing; the last good value is in force. */
  LAST_GOOD,

  /** It is refused and no last good value is known; the safe value or none is in force. */
  REFUSED
}
