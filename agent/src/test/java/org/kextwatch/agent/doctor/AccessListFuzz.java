package org.kextwatch.agent.doctor;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.util.List;
import org.kextwatch.agent.doctor.AccessLists.AccessListing;
import org.kextwatch.agent.fuzz.FuzzTarget;

/** What {@code ls -led} prints. */
public final class AccessListFuzz {
  private static final String LISTING =
      """
      drwxr-xr-x+ 5 root  wheel  160 Nov 23 12:00 /Library/Application Support/Kextwatch
       0: group:everyone deny delete
       1: user:joe inherited allow write,append,file_inherit
      -rw-------  1 root  wheel   52 Nov 23 12:00 /Library/Application Support/Kextwatch/secret
      """;

  private AccessListFuzz() {}

  public static List<FuzzTarget> targets() {
    return List.of(FuzzTarget.ofText("ls -led", List.of(LISTING), AccessListFuzz::listing));
  }

  /** An entry that allows something is seen, or said to be unclear. */
  private static void listing(String printed) {
    AccessListing listing = AccessListing.of(printed);
    boolean hasEntry = printed.lines().anyMatch(line -> line.matches(" \\d+: .*"));
    check(
        !hasEntry || !listing.entries().isEmpty() || listing.unclear() != null, "an entry is lost");
  }
}
