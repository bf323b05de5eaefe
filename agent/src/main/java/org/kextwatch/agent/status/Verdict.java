package org.kextwatch.agent.status;

/** Whether Defender protects this Mac. Unknown does not mean at risk. */
public enum Verdict {
  PROTECTED,
  AT_RISK,
  UNKNOWN
}
