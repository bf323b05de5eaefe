package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@link ApprovalBench}: one approval, whose times must be in order. */
class ApprovalIT {
  @TempDir private Path folder;

  @Test
  void anApprovalIsFollowedByALoadAndByItsEvent() throws Exception {
    Approval approval = Approval.measure(folder, new Random(1));
    assertTrue(approval.toKextutil().compareTo(Duration.ZERO) > 0, approval::toString);
    assertTrue(approval.toReceiver().compareTo(approval.toKextutil()) > 0, approval::toString);
  }
}
