package org.kextwatch.agent.config;

/** What became of the value of a setting in the file that it comes from. */
public enum ValueState {
  /** It is what the file says. */
  GOOD,

  /** The file says something wrong, or is not to be believed: this is what it said before. */
  LAST_GOOD,

  /** As before, but nothing good is known of it: it has its safe value, or counts as not set. */
  REFUSED
}
