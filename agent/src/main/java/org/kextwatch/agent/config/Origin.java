package org.kextwatch.agent.config;

/** Where a value comes from. */
public enum Origin {
  DEFAULT,
  LOCAL
}
