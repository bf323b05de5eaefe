package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.kextwatch.agent.config.ResolvedSettings;
import org.kextwatch.agent.config.SettingsReader;
import org.kextwatch.agent.daemon.Check;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.daemon.Version;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.event.Json;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.webhook.EndpointProbe;
import org.kextwatch.agent.webhook.EndpointProbe.Step;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "test",
    description = {
      "Sends a signed test event and shows the result of each step.",
      "The event contains the last known status. The steps are settings, DNS, TCP, TLS and POST."
          + " Exit codes: 0 delivered, 69 not delivered, 77 needs root, 78 bad settings."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footerHeading = "%nExample:%n",
    footer = "  sudo kextwatch webhook test")
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class WebhookTestCommand implements Callable<Integer> {
  @ParentCommand private WebhookCommand webhook;
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print the steps as JSON.")
  private boolean json;

  @Override
  public Integer call() throws RefusedPathException, IOException {
    if (webhook.kextwatch().lacksRoot()) {
      spec.commandLine()
          .getErr()
          .println("kextwatch: webhook test needs root: sudo kextwatch webhook test");
      return ExitCode.NEEDS_ROOT;
    }
    EndpointProbe probe = probe(webhook.kextwatch().root());
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? Json.text(probe) : text(probe));
    return switch (probe.result()) {
      case DELIVERED -> ExitCode.OK;
      case UNREACHABLE -> ExitCode.UNAVAILABLE;
      case BAD_SETTINGS -> ExitCode.BAD_SETTINGS;
    };
  }

  private static EndpointProbe probe(SystemRoot root) throws IOException {
    ResolvedSettings resolved = new SettingsReader(root).read();
    if (resolved.isRefused()) {
      return new EndpointProbe(
          null,
          EndpointProbe.ProbeResult.BAD_SETTINGS,
          resolved.problems().stream()
              .map(problem -> new Step("settings", false, 0, problem, "Correct this setting."))
              .toList());
    }
    Status status = status(root);
    CloudEvent event =
        new EventWriter().write(new EventData.TestData(status), status.device(), Instant.now());
    return EndpointProbe.run(resolved.settings(), root, Version.current(), event);
  }

  /** The last known status; if there is none, this command looks itself. */
  private static Status status(SystemRoot root) throws IOException {
    try {
      return StatusFile.read(root);
    } catch (IOException e) {
      return Check.run(root, false, false).status();
    }
  }

  private static String mark(Step step) {
    return step.ok() ? step.remedy().isEmpty() ? "ok" : "WARN" : "FAIL";
  }

  static String text(EndpointProbe probe) {
    StringBuilder text = new StringBuilder();
    for (Step step : probe.steps()) {
      text.append(
          "%-9s %-5s %6d ms  %s%n"
              .formatted(step.name(), mark(step), step.milliseconds(), step.found()));
      if (!step.remedy().isEmpty()) {
        text.append(" ".repeat(27)).append(step.remedy()).append(System.lineSeparator());
      }
    }
    String verdict =
        switch (probe.result()) {
          case DELIVERED ->
              probe.steps().stream().allMatch(step -> step.remedy().isEmpty())
                  ? "Events are delivered."
                  : "Events are delivered, but see the warning.";
          case UNREACHABLE -> "Events cannot be delivered now; they are kept and tried again.";
          case BAD_SETTINGS -> "Nothing can be sent with these settings; events are kept.";
        };
    return text.append(verdict).toString();
  }
}
