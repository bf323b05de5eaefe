package org.kextwatch.agent.status;

/** Whether Defender protects this Mac. Unknown is not at risk: it says nothing about the Mac. */
public enum Verdict {
  PROTECTED,
  AT_RISK,
  UNKNOWN
}
