package org.kextwatch.agent.approval;

import java.util.List;
import org.kextwatch.agent.status.Grant;

/** What the approval database says about one kext. */
sealed interface PolicyResult {

  /** What the rows mean. */
  Grant grant();

  /** One sentence for people: what the database has. */
  String evidence();

  /**
   * The database could be read. Only the column {@code allowed} decides: Apple has not published
   * what the flags mean, and a row of the load history is no approval (a macOS 15.4 image has three
   * of those and no policy).
   *
   * @param user rows of {@code kext_policy} for the kext
   * @param mdm rows of {@code kext_policy_mdm} for the kext or for its whole team
   * @param mdmHasOthers whether {@code kext_policy_mdm} has rows for other kexts
   */
  record PolicyRows(List<PolicyRow> user, List<PolicyRow> mdm, boolean mdmHasOthers)
      implements PolicyResult {

    public PolicyRows {
      user = List.copyOf(user);
      mdm = List.copyOf(mdm);
    }

    @Override
    public Grant grant() {
      boolean byUser = user.stream().anyMatch(PolicyRow::allowed);
      if (byUser) {
        return mdmAllows() ? Grant.USER_AND_MDM : Grant.USER;
      }
      if (mdmAllows()) {
        return Grant.MDM;
      }
      // Whether a row exists before the approval is not recorded (belief:row-before-approval).
      return user.isEmpty() && mdm.isEmpty() ? Grant.NONE : Grant.LISTED_NOT_ALLOWED;
    }

    @Override
    public String evidence() {
      return switch (grant()) {
        case USER -> "kext_policy allows it (user)";
        case MDM -> "kext_policy_mdm allows %s (MDM)".formatted(byTeamAlone() ? "its team" : "it");
        case USER_AND_MDM -> "kext_policy and kext_policy_mdm allow it (user and MDM)";
        case LISTED_NOT_ALLOWED ->
            (user.isEmpty() ? "kext_policy_mdm" : "kext_policy") + " lists it as not allowed";
        default ->
            mdmHasOthers
                ? "kext_policy has no row, kext_policy_mdm only rows for others"
                : "kext_policy has no row";
      };
    }

    /** Whether an MDM allows the kext, by name or with its whole team. */
    boolean mdmAllows() {
      return mdm.stream().anyMatch(PolicyRow::allowed);
    }

    /** Whether the rows of MDM are for other kexts only. */
    boolean mdmHasOthersOnly() {
      return mdm.isEmpty() && mdmHasOthers;
    }

    private boolean byTeamAlone() {
      return mdm.stream().filter(PolicyRow::allowed).allMatch(PolicyRow::isForWholeTeam);
    }
  }

  /**
   * The database could not be read: whether there is a grant is not known.
   *
   * @param reason for people
   */
  record Unreadable(String reason) implements PolicyResult {
    @Override
    public Grant grant() {
      return Grant.UNREADABLE;
    }

    @Override
    public String evidence() {
      return "KextPolicy cannot be read: " + reason;
    }
  }
}
