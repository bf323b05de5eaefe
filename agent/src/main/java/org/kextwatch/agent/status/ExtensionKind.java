package org.kextwatch.agent.status;

/** The kind of extension with which Defender sees what happens on this Mac. */
public enum ExtensionKind {
  KERNEL,
  SYSTEM,
  NONE,
  UNKNOWN
}
