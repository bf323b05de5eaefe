package org.kextwatch.agent.config;

/** Where a value comes from; a later one of these beats an earlier one. */
public enum Origin {
  DEFAULT,
  LOCAL,
  MANAGED
}
