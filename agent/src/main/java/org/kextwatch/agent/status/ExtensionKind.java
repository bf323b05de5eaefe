package org.kextwatch.agent.status;

/** By what Defender hooks into this Mac. */
public enum ExtensionKind {
  KERNEL,
  SYSTEM,
  NONE,
  UNKNOWN
}
