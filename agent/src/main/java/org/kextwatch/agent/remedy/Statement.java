package org.kextwatch.agent.remedy;

/** One thing that a loader says, on one line however many it took. */
record Statement(About about, String text) {

  /** Whose trouble it is. */
  enum About {
    /** It names our kext, perhaps among others. */
    OURS,
    /** It names other kexts only. */
    OTHERS,
    /** It names none. */
    NOBODY
  }
}
