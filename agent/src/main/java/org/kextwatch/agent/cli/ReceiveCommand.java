package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.receiver.Received;
import org.kextwatch.agent.receiver.SignatureCheck;
import org.kextwatch.agent.receiver.WebhookReceiver;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "receive",
    description = {
      "Receives webhooks on this machine's loopback address, verifies them and prints a line for",
      "each, until it is interrupted. Needs a full JDK."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  kextwatch receive --port 8080 --secret-file ./secret")
final class ReceiveCommand implements Callable<Integer> {
  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Where to listen, 0 for any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "The webhook secret; without it every signature counts as not verified.")
  private @Nullable Path secretFile;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ReceiveCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    SignatureCheck check = (id, timestamp, body, header) -> false;
    if (secretFile != null) {
      try {
        check = SignatureCheck.of(Files.readString(secretFile));
      } catch (IOException e) {
        err.println("kextwatch: the secret cannot be read: " + e);
        return ExitCode.USAGE;
      } catch (IllegalArgumentException e) {
        err.println("kextwatch: %s: %s".formatted(secretFile, e.getMessage()));
        return ExitCode.USAGE;
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    try (WebhookReceiver receiver =
        WebhookReceiver.listen(port, null, check, event -> print(out, event))) {
      err.println("kextwatch: listening at " + receiver.address());
      new CountDownLatch(1).await(); // until somebody interrupts it
      return ExitCode.OK;
    } catch (IOException e) {
      err.println("kextwatch: cannot listen on port %d: %s".formatted(port, e.getMessage()));
      return ExitCode.UNAVAILABLE;
    }
  }

  private static synchronized void print(PrintWriter out, Received event) {
    StringBuilder line = new StringBuilder();
    line.append(event.receivedAt().truncatedTo(ChronoUnit.SECONDS));
    line.append(event.verified() ? "  verified  " : "  REFUSED   ");
    line.append(event.sequence() == null ? "-" : "#" + event.sequence()).append("  ");
    line.append(event.type() == null ? "no event" : event.type()).append("  ");
    line.append(event.text() == null ? "" : event.text());
    if (event.duplicate()) {
      line.append("  (a duplicate)");
    }
    if (event.gap() > 0) {
      line.append("  (").append(event.gap()).append(" missing before it)");
    }
    out.println(line);
    out.flush();
  }
}
