package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Dns;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.EndpointUrl;
import org.kextwatch.agent.config.Keys;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;

/** Makes a client from the settings and the files that they name. */
final class WebhookClientFactory {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** A header name with its colon, perhaps as an argument of curl. */
  private static final Pattern HEADER_LINE =
      Pattern.compile("^(?i)(-H\\s*)?[\"']?((proxy-)?authorization\\s*:|[a-z][a-z0-9-]*\\s*:\\s)");

  private static final Pattern PLAIN_BASIC = Pattern.compile("(?i)basic\\s+[^:]*:.*");

  private final Settings settings;
  private final ReferencedFiles files;
  private final InstantSource clock;
  private final Duration longestAttempt;

  WebhookClientFactory(Settings settings, SystemRoot root) {
    this(settings, root, InstantSource.system(), Duration.ofSeconds(30));
  }

  WebhookClientFactory(
      Settings settings, SystemRoot root, InstantSource clock, Duration longestAttempt) {
    this.settings = settings;
    this.files = new ReferencedFiles(root);
    this.clock = clock;
    this.longestAttempt = longestAttempt;
  }

  /**
   * Reads the files and makes the client. Nothing is sent yet.
   *
   * @param version of this program
   */
  Endpoint open(String version) {
    if (!settings.hasEndpoint()) {
      return new Endpoint.NotSet();
    }
    try {
      HttpUrl url = url();
      List<WebhookSecret> secrets = secrets();
      Headers headers = headers(version, authorization(), secretHeaders());
      ProxyAuthenticator login = new ProxyAuthenticator(proxyCredentials());
      HandshakeTrace tls = new HandshakeTrace();
      WebhookSockets sockets = new WebhookSockets();
      OkHttpClient.Builder http =
          new OkHttpClient.Builder()
              .retryOnConnectionFailure(false) // the spool is the retry
              .followRedirects(false) // they would carry body and headers to another host
              .followSslRedirects(false)
              .connectionSpecs(
                  List.of(url.isHttps() ? ConnectionSpec.MODERN_TLS : ConnectionSpec.CLEARTEXT))
              .connectionPool(new ConnectionPool())
              .socketFactory(sockets)
              .dns(new BoundedLookup(Dns.SYSTEM, CONNECT_TIMEOUT))
              .connectTimeout(CONNECT_TIMEOUT)
              .readTimeout(Duration.ZERO) // callTimeout covers it; its timer would cost wake-ups
              .writeTimeout(Duration.ZERO)
              .callTimeout(longestAttempt)
              .proxyAuthenticator(login)
              .addNetworkInterceptor(WebhookClientFactory::withoutRetryAfter);
      ProxySetting.apply(settings.get(Keys.PROXY), http);
      TlsSetup.apply(bundle(), identity(), tls, http);
      return new Endpoint.Ready(
          new WebhookClient(http.build(), url, secrets, headers, login, tls, sockets, clock));
    } catch (UnusableSettingException e) {
      return new Endpoint.Unusable(e.note());
    }
  }

  /** OkHttp retries a 503 with Retry-After by itself, and fails on numbers that are not an int. */
  private static Response withoutRetryAfter(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    return response.header("Retry-After") == null
        ? response
        : response.newBuilder().removeHeader("Retry-After").build();
  }

  HttpUrl url() throws UnusableSettingException {
    String endpoint = settings.find(Keys.ENDPOINT);
    String setting = endpoint != null ? "endpoint" : "endpointFile";
    String text = endpoint != null ? endpoint : line(setting, settings.find(Keys.ENDPOINT_FILE));
    HttpUrl url = text == null ? null : HttpUrl.parse(text);
    if (url == null) {
      throw new UnusableSettingException(setting + ": it must be a URL");
    }
    Optional<String> mustBe = EndpointUrl.mustBe(url);
    if (mustBe.isPresent()) {
      throw new UnusableSettingException(setting + ": it must be " + mustBe.get());
    }
    return url;
  }

  /** The secret, and the previous one if it is set. */
  List<WebhookSecret> secrets() throws UnusableSettingException {
    List<WebhookSecret> secrets = new ArrayList<>(List.of(secret()));
    WebhookSecret previous = previousSecret();
    if (previous != null) {
      secrets.add(previous);
    }
    return secrets;
  }

  WebhookSecret secret() throws UnusableSettingException {
    return secret("secretFile", settings.get(Keys.SECRET_FILE));
  }

  @Nullable WebhookSecret previousSecret() throws UnusableSettingException {
    String macPath = settings.find(Keys.PREVIOUS_SECRET_FILE);
    return macPath == null ? null : secret("previousSecretFile", macPath);
  }

  private WebhookSecret secret(String setting, String macPath) throws UnusableSettingException {
    String text = files.secretLine(setting, macPath);
    String flaw = WebhookSecret.flaw(text).orElse(null);
    if (flaw != null) {
      throw new UnusableSettingException(
          "%s: %s does not hold a webhook secret: it is %s".formatted(setting, macPath, flaw));
    }
    return WebhookSecret.parse(text);
  }

  /** The value of the Authorization header, {@code null} if none is set. */
  @Nullable String authorization() throws UnusableSettingException {
    String setting = "authorizationFile";
    String value = line(setting, settings.find(Keys.AUTHORIZATION_FILE));
    if (value != null && HEADER_LINE.matcher(value).find()) {
      throw new UnusableSettingException(
          "%s: %s holds a whole header line: write only its value, such as: Bearer TOKEN"
              .formatted(setting, settings.find(Keys.AUTHORIZATION_FILE)));
    }
    if (value != null && PLAIN_BASIC.matcher(value).matches()) {
      throw new UnusableSettingException(
          "%s: %s holds user:password in plain text: after Basic write their base64"
              .formatted(setting, settings.find(Keys.AUTHORIZATION_FILE)));
    }
    return value;
  }

  /** The headers of secretHeadersFile, none if it is not set. */
  Map<String, String> secretHeaders() throws UnusableSettingException {
    String setting = "secretHeadersFile";
    String macPath = settings.find(Keys.SECRET_HEADERS_FILE);
    return macPath == null
        ? Map.of()
        : SecretHeaders.parse(setting + ": " + macPath, files.secretText(setting, macPath));
  }

  @Nullable String proxyCredentials() throws UnusableSettingException {
    String setting = "proxyCredentialsFile";
    String login = line(setting, settings.find(Keys.PROXY_CREDENTIALS_FILE));
    if (login != null && login.indexOf(':') <= 0) {
      throw new UnusableSettingException(
          "%s: %s must hold user:password, with a user before the colon"
              .formatted(setting, settings.find(Keys.PROXY_CREDENTIALS_FILE)));
    }
    return login;
  }

  /** The certificates of caBundle, empty if it is not set. */
  List<X509Certificate> bundle() throws UnusableSettingException {
    String setting = "caBundle";
    String macPath = settings.find(Keys.CA_BUNDLE);
    return macPath == null
        ? List.of()
        : CaBundle.read(setting + ": " + macPath, files.trusted(setting, macPath));
  }

  @Nullable ClientIdentity identity() throws UnusableSettingException {
    String setting = "clientKeystore";
    String macPath = settings.find(Keys.CLIENT_KEYSTORE);
    if (macPath == null) {
      return null;
    }
    byte[] content = files.secret(setting, macPath);
    String password = keystorePassword();
    return ClientIdentity.open(
        setting + ": " + macPath, content, (password == null ? "" : password).toCharArray());
  }

  @Nullable String keystorePassword() throws UnusableSettingException {
    return line("clientKeystorePasswordFile", settings.find(Keys.CLIENT_KEYSTORE_PASSWORD_FILE));
  }

  private @Nullable String line(String setting, @Nullable String macPath)
      throws UnusableSettingException {
    return macPath == null ? null : files.secretLine(setting, macPath);
  }

  private Headers headers(
      String version, @Nullable String authorization, Map<String, String> secretHeaders) {
    Headers.Builder headers = new Headers.Builder();
    headers.set("User-Agent", "Kextwatch/" + version);
    headers.set(
        "Accept-Encoding", "identity"); // a compressed response could be a decompression bomb
    settings.get(Keys.HEADERS).forEach(headers::set);
    secretHeaders.forEach(headers::set);
    if (authorization != null) {
      headers.set("Authorization", authorization);
    }
    return headers.build();
  }

  /**
   * A lookup with a time limit. One that hangs cannot be interrupted: its thread is left to end.
   */
  record BoundedLookup(Dns dns, Duration limit) implements Dns {
    @Override
    public List<InetAddress> lookup(String host) throws UnknownHostException {
      FutureTask<List<InetAddress>> lookup = new FutureTask<>(() -> dns.lookup(host));
      Thread thread = new Thread(lookup, "lookup");
      thread.setDaemon(true);
      thread.start();
      try {
        return lookup.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException e) {
        throw unknownHost("no address", e);
      } catch (TimeoutException e) {
        throw unknownHost("no answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw unknownHost("interrupted", e);
      }
    }

    private static UnknownHostException unknownHost(String why, Exception cause) {
      UnknownHostException unknown = new UnknownHostException(why);
      unknown.initCause(cause);
      return unknown;
    }
  }
}
