package org.kextwatch.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.cli.AddedCommand;
import org.kextwatch.agent.cli.ExitCode;
import org.kextwatch.demo.receiver.Received;
import org.kextwatch.demo.receiver.SignatureCheck;
import org.kextwatch.demo.receiver.WebhookReceiver;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "receive",
    description = {
      "Receives webhooks, verifies and prints them; needs a full JDK.",
      "It listens on this machine's loopback address until it is interrupted, and prints a line for"
          + " each event, duplicates and gaps marked."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExamples:%n",
    footer = {
      "  kextwatch receive --secret-file ./secret     the address is on its first line",
      "  kextwatch receive --json | jq -r .type"
    })
public final class ReceiveCommand implements AddedCommand {
  @Option(
      names = "--port",
      defaultValue = "8080",
      description = "Where to listen, 0 for any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--secret-file",
      paramLabel = "FILE",
      description = "The webhook secret; without it events are taken and signatures not checked.")
  private @Nullable Path secretFile;

  @Option(names = "--json", description = "Print one JSON document a line for each delivery.")
  private boolean json;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  public ReceiveCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    SignatureCheck check = (id, timestamp, body, header) -> true;
    if (secretFile != null) {
      try {
        check = SignatureCheck.of(Files.readString(secretFile));
      } catch (IOException e) {
        String why = e instanceof NoSuchFileException ? "there is no " : "it cannot be read: ";
        err.println("kextwatch: --secret-file: " + why + e.getMessage());
        return ExitCode.USAGE;
      } catch (IllegalArgumentException e) {
        err.println("kextwatch: %s: %s".formatted(secretFile, e.getMessage()));
        return ExitCode.USAGE;
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    ReceivedEventFormat deliveries = new ReceivedEventFormat(secretFile != null);
    Consumer<Received> printer =
        event -> {
          synchronized (out) {
            out.println(json ? deliveries.json(event) : deliveries.row(event));
            out.flush();
          }
        };
    try (WebhookReceiver receiver = WebhookReceiver.listen(port, null, check, printer)) {
      err.println("kextwatch: listening at " + receiver.address());
      if (!json && CommandLine.Help.Ansi.AUTO.enabled()) {
        out.println(ReceivedEventFormat.header());
        out.flush();
      }
      new CountDownLatch(1).await(); // until somebody interrupts it
      return ExitCode.OK;
    } catch (IOException e) {
      err.println("kextwatch: cannot listen on port %d: %s".formatted(port, e.getMessage()));
      return ExitCode.UNAVAILABLE;
    }
  }
}
