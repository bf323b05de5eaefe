package org.kextwatch.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.cli.ExitCode;
import org.kextwatch.demo.receiver.Delivery;
import org.kextwatch.demo.receiver.SignatureVerifier;
import org.kextwatch.demo.receiver.WebhookReceiver;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "receive",
    description = {
      "Receives webhooks, verifies and prints them.",
      "It listens on this machine's loopback address until it is interrupted, and prints a line for"
          + " each event. Duplicates and gaps are marked."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  kextwatch receive --secret-file ./secret     the address is on its first line",
      "  kextwatch receive --json | jq -r .type"
    })
public final class ReceiveCommand extends ReceiverCommand {
  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Where to listen, 0 for any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "The webhook secret. Without it, signatures are not checked.")
  private @Nullable Path secretFile;

  @Option(names = "--json", description = "Print one JSON document a line for each delivery.")
  private boolean json;

  @Override
  int run() throws InterruptedException {
    SignatureVerifier verifier = (id, timestamp, body, header) -> true;
    if (secretFile != null) {
      try {
        verifier = SignatureVerifier.of(Files.readString(secretFile));
      } catch (IOException e) {
        String why = e instanceof NoSuchFileException ? "there is no " : "it cannot be read: ";
        err().println("kextwatch: --secret-file: " + why + e.getMessage());
        return ExitCode.USAGE;
      } catch (IllegalArgumentException e) {
        err().println("kextwatch: %s: %s".formatted(secretFile, e.getMessage()));
        return ExitCode.USAGE;
      }
    }
    PrintWriter out = out();
    DeliveryFormat format = new DeliveryFormat(secretFile != null);
    Consumer<Delivery> printer =
        delivery -> {
          synchronized (out) {
            out.println(json ? format.json(delivery) : format.row(delivery));
            out.flush();
          }
        };
    try (WebhookReceiver receiver = WebhookReceiver.listen(port, null, verifier, printer)) {
      err().println("kextwatch: listening at " + receiver.address());
      if (!json && CommandLine.Help.Ansi.AUTO.enabled()) {
        out.println(DeliveryFormat.header());
        out.flush();
      }
      new CountDownLatch(1).await(); // until it is interrupted
      return ExitCode.OK;
    } catch (IOException e) {
      err().println("kextwatch: cannot listen on port %d: %s".formatted(port, e.getMessage()));
      return ExitCode.UNAVAILABLE;
    }
  }
}
