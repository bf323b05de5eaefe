package org.kextwatch.program;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@link ApprovalBench}: what it measures is right, how fast is not judged. */
class ApprovalIT {
  @TempDir private Path folder;

  @Test
  void approvalIsFollowedByALoadAndByTheNewsOfIt() throws Exception {
    for (int i = 0; i < 3; i++) {
      Approval approval =
          Approval.measure(Files.createDirectory(folder.resolve("run-" + i)), new Random(i));
      assertTrue(approval.toKextutil().compareTo(Duration.ZERO) > 0, approval::toString);
      assertTrue(approval.toReceiver().compareTo(approval.toKextutil()) > 0, approval::toString);
    }
  }
}
