package org.kextwatch.agent.webhook;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Handshake;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.webhook.ConnectionTrace.Phase;

/**
 * Sends one event to the endpoint with the client that the delivery uses, and reports each step:
 * settings, DNS, TCP, TLS, POST.
 *
 * @param endpoint scheme and host, {@code null} if the settings cannot be used
 * @param steps the steps that were tried; if one failed, it is the last
 */
public record EndpointProbe(@Nullable String endpoint, ProbeResult result, List<Step> steps) {
  public EndpointProbe {
    steps = List.copyOf(steps);
  }

  /** Whether events can be delivered. */
  public enum ProbeResult {
    DELIVERED,
    /** The settings, or a file that they name, cannot be used. */
    BAD_SETTINGS,
    UNREACHABLE
  }

  /**
   * One step.
   *
   * @param found one sentence for people; of the address only scheme, host and port
   * @param remedy what to do, empty if nothing
   */
  public record Step(String name, boolean ok, long milliseconds, String found, String remedy) {}

  /** Tries the endpoint of these settings, for at most 30 seconds. */
  public static EndpointProbe run(
      Settings settings, SystemRoot root, String version, CloudEvent event) {
    return run(settings, root, version, event, Duration.ofSeconds(30));
  }

  static EndpointProbe run(
      Settings settings, SystemRoot root, String version, CloudEvent event, Duration limit) {
    long start = System.nanoTime();
    Endpoint endpoint =
        new WebhookClientFactory(settings, root, InstantSource.system(), limit).open(version);
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    if (endpoint instanceof Endpoint.Ready ready) {
      try (WebhookClient client = ready.client()) {
        String found = client.where() + ", signed with " + client.secrets();
        SendResult result = client.send(event.id(), event.body().toByteArray(), 1);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("settings", true, millis, found, ""));
        steps.addAll(steps(client, result));
        boolean isDelivered = result.outcome() == DeliveryOutcome.DELIVERED;
        return new EndpointProbe(
            client.where(), isDelivered ? ProbeResult.DELIVERED : ProbeResult.UNREACHABLE, steps);
      }
    }
    Step failed =
        endpoint instanceof Endpoint.Unusable unusable
            ? new Step("settings", false, millis, unusable.note(), Advice.SETTINGS)
            : new Step("settings", false, millis, "no endpoint is set", Advice.NO_ENDPOINT);
    return new EndpointProbe(null, ProbeResult.BAD_SETTINGS, List.of(failed));
  }

  private static List<Step> steps(WebhookClient client, SendResult result) {
    ConnectionTrace trace = client.trace();
    String where = client.where();
    List<Step> steps = new ArrayList<>();
    for (Phase stage : Phase.values()) {
      if (stage == Phase.TLS && where.startsWith("http:") && trace.isPassed(Phase.TCP)) {
        continue; // plain http to this machine
      }
      if (stage == Phase.DNS && trace.addresses().isEmpty() && trace.peer() != null) {
        continue; // the host is an address
      }
      long millis = trace.duration(stage).toMillis();
      String name = EnumWord.of(stage);
      if (!trace.isPassed(stage)) {
        steps.add(new Step(name, false, millis, failure(stage, client, result), result.remedy()));
        return steps;
      }
      steps.add(
          stage == Phase.POST
              ? response(result, millis)
              : new Step(name, true, millis, success(stage, client), ""));
    }
    return steps;
  }

  private static String failure(Phase stage, WebhookClient client, SendResult result) {
    String note = result.note().replace(client.where() + ": ", "");
    List<X509Certificate> chain = client.tls().chain();
    return switch (stage) {
      case TCP -> unconnected(note, client.trace());
      case TLS -> chain.isEmpty() ? note : note + "; it sent " + certificate(chain);
      case DNS, POST -> note;
    };
  }

  private static String success(Phase stage, WebhookClient client) {
    ConnectionTrace trace = client.trace();
    return switch (stage) {
      case DNS -> String.join(", ", trace.addresses());
      case TCP -> address(trace);
      case TLS -> {
        Handshake handshake = trace.handshake();
        String version = handshake == null ? "TLS" : handshake.tlsVersion().javaName();
        yield version + ", " + certificate(client.tls().chain());
      }
      case POST -> "";
    };
  }

  private static String unconnected(String note, ConnectionTrace trace) {
    if (!trace.isProxied()) {
      return note + " to " + peer(trace);
    }
    return note.endsWith("the proxy")
        ? note + " " + peer(trace)
        : "%s (%s)".formatted(note, address(trace));
  }

  private static String address(ConnectionTrace trace) {
    return trace.isProxied() ? "the proxy " + peer(trace) : peer(trace);
  }

  private static String peer(ConnectionTrace trace) {
    InetSocketAddress peer = trace.peer();
    return peer == null ? "no address" : PlainText.of(peer.getHostString() + ":" + peer.getPort());
  }

  private static String certificate(List<X509Certificate> chain) {
    if (chain.isEmpty()) {
      return "no certificate";
    }
    X509Certificate leaf = chain.get(0);
    Instant expiry = leaf.getNotAfter().toInstant().truncatedTo(ChronoUnit.SECONDS);
    return PlainText.of(
        "a certificate for %s by %s until %s (%d in the chain)"
            .formatted(
                leaf.getSubjectX500Principal(),
                leaf.getIssuerX500Principal(),
                expiry,
                chain.size()));
  }

  private static Step response(SendResult result, long millis) {
    Long seconds = result.clockSkewSeconds();
    ClockSkew skew = new ClockSkew(seconds == null ? 0 : seconds);
    boolean ok = result.outcome() == DeliveryOutcome.DELIVERED;
    return skew.breaksSignatures()
        ? new Step(
            "post",
            ok,
            millis,
            "%s; this Mac's clock is %s".formatted(result.note(), skew.words()),
            Advice.CLOCK)
        : new Step("post", ok, millis, result.note(), result.remedy());
  }
}
