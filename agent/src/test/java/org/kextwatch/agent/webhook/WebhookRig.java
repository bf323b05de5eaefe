package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.config.GivenSettings;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * A simulated Mac with the files that a webhook needs, settings for it, and the certificate of a
 * real HTTPS server.
 */
public final class WebhookRig {
  public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  public static final String OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  static final String PATH = "/hooks/of-the-fleet?token=canary";

  private static final HeldCertificate ROOT_CERTIFICATE =
      new HeldCertificate.Builder().certificateAuthority(1).commonName("Test root").build();
  private static final HandshakeCertificates SERVER =
      new HandshakeCertificates.Builder()
          .heldCertificate(
              new HeldCertificate.Builder()
                  .signedBy(ROOT_CERTIFICATE)
                  .commonName("localhost")
                  .addSubjectAlternativeName("localhost")
                  .addSubjectAlternativeName("127.0.0.1")
                  .build())
          .build();

  /** Held, or their level would be forgotten. */
  private static final List<Logger> SILENCED =
      List.of(
          Logger.getLogger(MockWebServer.class.getName()),
          Logger.getLogger("okhttp3.OkHttpClient"));

  static {
    SILENCED.forEach(logger -> logger.setLevel(Level.OFF));
  }

  public final SystemRoot root;
  private final Path folder;

  public WebhookRig(Path folder) throws IOException {
    this.folder = folder;
    try {
      this.root = SystemRoot.at(folder);
    } catch (RefusedPathException e) {
      throw new IOException(e);
    }
    put("/etc/secret", SECRET + "\n", "rw-------");
    put("/etc/ca.pem", ROOT_CERTIFICATE.certificatePem(), "rw-r--r--");
  }

  /** A server that is to be started yet. */
  public static MockWebServer server(Protocol protocol) {
    MockWebServer server = new MockWebServer();
    useHttps(server);
    server.setProtocols(
        protocol == Protocol.HTTP_2 ? List.of(protocol, Protocol.HTTP_1_1) : List.of(protocol));
    return server;
  }

  public static void useHttps(MockWebServer server) {
    server.useHttps(serverSockets());
  }

  /** TLS of a server with a certificate that the Mac trusts. */
  static SSLContext serverTls() {
    return SERVER.sslContext();
  }

  /** Sockets of such a server. */
  static SSLSocketFactory serverSockets() {
    return SERVER.sslSocketFactory();
  }

  /** The next request that the server has got, or gets soon. */
  public static RecordedRequest next(MockWebServer server) throws InterruptedException {
    RecordedRequest request = server.takeRequest(Patience.AMPLE.toMillis(), TimeUnit.MILLISECONDS);
    if (request == null) {
      throw new AssertionError("no request came");
    }
    return request;
  }

  public void put(String macPath, String content, String permissions) throws IOException {
    Path file = folder.resolve(macPath.substring(1));
    Files.createDirectories(file.getParent());
    Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  /** The defaults, except for the webhook. */
  public static Settings settings(Settings webhook) {
    return GivenSettings.with(webhook.values());
  }

  public static Settings settings(Settings webhook, Duration heartbeat) {
    return GivenSettings.with(webhook, Map.of("heartbeatIntervalSeconds", heartbeat));
  }

  /**
   * Settings with an endpoint.
   *
   * @param others further settings: key, value, key, value; {@code null} is not set; the key of a
   *     header is {@code header} and its name
   */
  public static Settings at(@Nullable String endpoint, @Nullable String... others) {
    Map<String, String> headers = new HashMap<>();
    Map<String, Object> values = new HashMap<>();
    values.put("endpoint", endpoint);
    values.put("secretFile", "/etc/secret");
    values.put("caBundle", "/etc/ca.pem");
    values.put("proxy", "none");
    values.put("headers", headers);
    for (int i = 0; i < others.length; i += 2) {
      if (others[i].startsWith("header ")) {
        headers.put(others[i].substring("header ".length()), others[i + 1]);
      } else {
        values.put(others[i], others[i + 1]);
      }
    }
    values.values().removeIf(Objects::isNull);
    return GivenSettings.with(values).webhook();
  }

  Endpoint open(Settings settings) {
    return new WebhookClientFactory(settings, root).open("0.1.0");
  }

  public WebhookClient client(Settings settings) {
    return client(settings, InstantSource.system(), Patience.AMPLE);
  }

  public WebhookClient client(Settings settings, InstantSource clock, Duration limit) {
    Endpoint endpoint = new WebhookClientFactory(settings, root, clock, limit).open("0.1.0");
    if (endpoint instanceof Endpoint.Ready ready) {
      return ready.client();
    }
    throw new AssertionError(endpoint.toString());
  }
}
