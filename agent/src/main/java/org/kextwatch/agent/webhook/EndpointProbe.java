package org.kextwatch.agent.webhook;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import okhttp3.Handshake;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.mac.PlainText;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.webhook.ConnectionTrace.Stage;

/**
 * Sends one event to the endpoint, by the very client that the delivery uses, and tells how far it
 * came: settings, DNS, TCP, TLS, POST.
 *
 * @param endpoint scheme and host, {@code null} if the settings do not lead to one
 * @param steps those that were taken; the last is the one that failed, if any did
 */
public record EndpointProbe(@Nullable String endpoint, Verdict verdict, List<Step> steps) {
  public EndpointProbe {
    steps = List.copyOf(steps);
  }

  /** What it means for events. */
  public enum Verdict {
    DELIVERED,
    /** The settings, or a file that they name, cannot be used. */
    BAD_SETTINGS,
    UNREACHABLE
  }

  /**
   * One step.
   *
   * @param found what was seen, for people; of the address only scheme, host and port
   * @param remedy what to do, empty if there is nothing to do
   */
  public record Step(String name, boolean ok, long milliseconds, String found, String remedy) {}

  /** Tries the endpoint of these settings, for half a minute at most. */
  public static EndpointProbe run(
      Settings.Webhook settings, SystemRoot root, String version, CloudEvent event) {
    return run(settings, root, version, event, Duration.ofSeconds(30));
  }

  static EndpointProbe run(
      Settings.Webhook settings,
      SystemRoot root,
      String version,
      CloudEvent event,
      Duration limit) {
    long start = System.nanoTime();
    Endpoint endpoint =
        new WebhookClientFactory(settings, root, InstantSource.system(), limit).open(version);
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    if (endpoint instanceof Endpoint.Ready ready) {
      try (WebhookClient client = ready.client()) {
        String found = client.where() + ", signed with " + client.secrets();
        SendResult sent = client.send(event.id(), event.body().toByteArray(), 1);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step("settings", true, millis, found, ""));
        steps.addAll(steps(client, sent));
        boolean delivered = sent.outcome() == DeliveryOutcome.DELIVERED;
        return new EndpointProbe(
            client.where(), delivered ? Verdict.DELIVERED : Verdict.UNREACHABLE, steps);
      }
    }
    Step refused =
        endpoint instanceof Endpoint.Unusable unusable
            ? new Step("settings", false, millis, unusable.note(), Advice.SETTINGS)
            : new Step("settings", false, millis, "no endpoint is set", Advice.NO_ENDPOINT);
    return new EndpointProbe(null, Verdict.BAD_SETTINGS, List.of(refused));
  }

  private static List<Step> steps(WebhookClient client, SendResult sent) {
    ConnectionTrace seen = client.seen();
    String where = client.where();
    List<Step> steps = new ArrayList<>();
    for (Stage stage : Stage.values()) {
      if (stage == Stage.TLS && where.startsWith("http:") && seen.passed(Stage.TCP)) {
        continue; // plain http, to this very machine
      }
      if (stage == Stage.DNS && seen.addresses().isEmpty() && seen.peer() != null) {
        continue; // the host is an address
      }
      long millis = seen.took(stage).toMillis();
      String name = stage.name().toLowerCase(Locale.ROOT);
      if (!seen.passed(stage)) {
        steps.add(new Step(name, false, millis, failure(stage, client, sent), sent.remedy()));
        return steps;
      }
      steps.add(
          stage == Stage.POST
              ? answer(sent, millis)
              : new Step(name, true, millis, found(stage, client), ""));
    }
    return steps;
  }

  private static String failure(Stage stage, WebhookClient client, SendResult sent) {
    String note = sent.note().replace(client.where() + ": ", "");
    List<X509Certificate> chain = client.tls().chain();
    return switch (stage) {
      case TCP -> unconnected(note, client.seen());
      case TLS -> chain.isEmpty() ? note : note + "; shown was " + certificate(chain);
      case DNS, POST -> note;
    };
  }

  private static String found(Stage stage, WebhookClient client) {
    ConnectionTrace seen = client.seen();
    return switch (stage) {
      case DNS -> String.join(", ", seen.addresses());
      case TCP -> address(seen);
      case TLS -> {
        Handshake handshake = seen.handshake();
        String version = handshake == null ? "TLS" : handshake.tlsVersion().javaName();
        yield version + ", " + certificate(client.tls().chain());
      }
      case POST -> "";
    };
  }

  private static String unconnected(String note, ConnectionTrace seen) {
    if (!seen.isProxied()) {
      return note + " to " + peer(seen);
    }
    return note.endsWith("the proxy")
        ? note + " " + peer(seen)
        : "%s (%s)".formatted(note, address(seen));
  }

  private static String address(ConnectionTrace seen) {
    return seen.isProxied() ? "the proxy " + peer(seen) : peer(seen);
  }

  private static String peer(ConnectionTrace seen) {
    InetSocketAddress peer = seen.peer();
    return peer == null ? "nobody" : PlainText.of(peer.getHostString() + ":" + peer.getPort());
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

  private static Step answer(SendResult sent, long millis) {
    Long seconds = sent.clockSkewSeconds();
    ClockSkew skew = new ClockSkew(seconds == null ? 0 : seconds);
    boolean ok = sent.outcome() == DeliveryOutcome.DELIVERED;
    return skew.breaksSignatures()
        ? new Step(
            "post",
            ok,
            millis,
            "%s; this Mac's clock is %s".formatted(sent.note(), skew.words()),
            Advice.CLOCK)
        : new Step("post", ok, millis, sent.note(), sent.remedy());
  }
}
