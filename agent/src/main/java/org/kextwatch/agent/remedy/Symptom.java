package org.kextwatch.agent.remedy;

import java.util.regex.Pattern;
import org.kextwatch.agent.remedy.LoaderText.Statement;
import org.kextwatch.agent.remedy.LoaderText.Statement.About;
import org.kextwatch.agent.status.Outcome;

/**
 * Phrases in the output of a loader that show an outcome, from Apple's kext_tools and from
 * recordings. Of several, the first decides.
 */
enum Symptom {
  /** The kext was refused because of its signature. */
  SIGNATURE(
      Outcome.BAD_SIGNATURE,
      "rejected due to invalid signature|invalid signatured? \\(-?\\d+\\) denied"
          + "|invalid signature for .*will not load|bad code signature"),
  OWNERSHIP(
      Outcome.BAD_OWNERSHIP,
      "improper filesystem permissions|invalid ownership|file owner(ship)?/permissions"),
  STAGING(Outcome.STAGING_FAILED, "unable to stage|(failed|unable) to stage|could not be staged"),
  EXCLUSION(Outcome.FAILED, "exclude list|insecure location"),
  /** The signature is bad, which is no reason for the failure on a Mac that tolerates it. */
  UNSIGNED(
      Outcome.BAD_SIGNATURE,
      "(?<!allowing |warning - )invalid signature(?!.*(?<!not) allowed\\b)"
          + "|signature is invalid|not code signed"),
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
  /** The kernel received the kext, but could not link or start it. */
  KERNEL(
      Outcome.FAILED,
      "^\\(kernel\\) .*(fail|can't load)|\\(libkern/kext\\) (link error|kext \\(kmod\\) start)"),
  ANY_FAILURE(Outcome.FOREIGN_EXTENSION, "fail|reject|denied|not found|cannot|can't|unable");

  private static final Pattern ALLOWED =
      Pattern.compile(
          "invalid signature.*(?<!not) allowed\\b|allowing invalid signature"
              + "|warning - invalid signature|allowing to load",
          Pattern.CASE_INSENSITIVE);

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

  /**
   * Whether a statement shows that our kext's bad signature does not matter on this Mac: macOS
   * allows it, as without SIP, or the kernel received the kext nevertheless.
   */
  static boolean toleratesSignature(Statement statement) {
    return statement.about() != About.OTHERS
        && (KERNEL.isIn(statement) || ALLOWED.matcher(statement.text()).find());
  }
}
