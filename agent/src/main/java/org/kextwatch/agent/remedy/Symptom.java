package org.kextwatch.agent.remedy;

import java.util.regex.Pattern;
import org.kextwatch.agent.remedy.LoaderText.Statement;
import org.kextwatch.agent.status.Outcome;

/**
 * Words of a loader by which an outcome is known, from Apple's kext_tools and from recordings.
 * Where several are there, the first decides.
 */
enum Symptom {
  SIGNATURE(
      Outcome.BAD_SIGNATURE,
      "invalid signature(?!.* allowed:)|signature is invalid|not code signed|bad code signature"),
  OWNERSHIP(
      Outcome.BAD_OWNERSHIP,
      "improper filesystem permissions|invalid ownership|file owner(ship)?/permissions"),
  STAGING(Outcome.STAGING_FAILED, "unable to stage|(failed|unable) to stage|could not be staged"),
  EXCLUSION(Outcome.FAILED, "exclude list|insecure location"),
  POLICY(
      Outcome.POLICY_BLOCKED,
      "system policy(?! checks)|not approved to load|KMErrorDomain Code=27\\b"),
  RESTART(Outcome.RESTART_REQUIRED, "requires a reboot|KMErrorDomain Code=28\\b"),
  OTHER_VERSION(Outcome.OTHER_VERSION_LOADED, "a different (version|UUID) is already loaded"),
  ARCHITECTURE(
      Outcome.WRONG_ARCHITECTURE,
      "does not contain code for .*architecture|incompatible architecture"),
  NOT_FOUND(
      Outcome.NOT_FOUND,
      "no such file or directory|no bundle was found|is not a directory|can't find extension"),
  NOT_ROOT(
      Outcome.NOT_ROOT,
      "must be running as root|not running as root|\\(libkern/kext\\) not privileged"),
  ANY_FAILURE(Outcome.FOREIGN_EXTENSION, "fail|reject|denied|not found|cannot|can't|unable");

  private final Outcome outcome;
  private final Pattern words;

  Symptom(Outcome outcome, String words) {
    this.outcome = outcome;
    this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
  }

  Outcome outcome() {
    return outcome;
  }

  boolean isIn(Statement statement) {
    return words.matcher(statement.text()).find();
  }
}
