package org.kextwatch.agent.cli;

import static org.kextwatch.agent.fuzz.FuzzTarget.check;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.fuzz.FuzzTarget;
import org.kextwatch.agent.fuzz.Seeds;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import picocli.CommandLine.Help.Ansi;

/** {@code status.json}, as the command {@code status} reads it. */
public final class StatusFuzz {
  private static final Instant NOW = Instant.parse("2026-11-26T20:00:00Z");

  private StatusFuzz() {}

  public static List<FuzzTarget> targets() {
    List<byte[]> seeds =
        Stream.concat(
                Seeds.files("/", "status-document\\.json").stream(),
                Stream.of(
                    Json.write(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.AWAITING)),
                    Json.write(StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE))))
            .toList();
    return List.of(new FuzzTarget("status.json", seeds, StatusFuzz::status));
  }

  private static void status(byte[] document) throws IOException {
    Status status;
    try {
      status = Json.read(Status.class, document);
    } catch (IOException e) {
      return;
    }
    byte[] written = Json.write(status);
    check(Arrays.equals(Json.write(Json.read(Status.class, written)), written), "another status");
    check(StatusDocument.field(status, "verdict").isPresent(), "no verdict");
    check(!StatusText.of(status, NOW, null, Ansi.OFF).isEmpty(), "no text");
    check(
        !status.isStale(NOW) || StatusText.of(status, NOW, false, Ansi.OFF).contains("old"), "old");
  }
}
