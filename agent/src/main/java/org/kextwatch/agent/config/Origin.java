package org.kextwatch.agent.config;

/** Where a value comes from; a later origin wins over an earlier one. */
public enum Origin {
  DEFAULT,
  LOCAL,
  MANAGED
}
