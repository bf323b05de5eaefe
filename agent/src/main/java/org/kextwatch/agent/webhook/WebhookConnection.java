package org.kextwatch.agent.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * The endpoint that the settings name, opened again when they change, or a file that they name. For
 * use by one thread, but for {@link #cancel}.
 */
public final class WebhookConnection {
  /** Between two looks at files that settings name and that cannot be used yet. */
  public static final Duration REOPEN = Duration.ofSeconds(30);

  private final SystemRoot root;
  private final String version;
  private final ReferencedFiles files;
  private Settings.Webhook settings;
  private String filesSeen;
  private volatile @Nullable Endpoint endpoint;
  private Moment reopen;

  public WebhookConnection(Settings.Webhook settings, SystemRoot root, String version, Moment now) {
    this.settings = settings;
    this.root = root;
    this.version = version;
    this.files = new ReferencedFiles(root);
    this.filesSeen = files.fingerprint(settings);
    this.reopen = now;
  }

  /**
   * Looks whether settings or files are others; a file can be replaced under its name.
   *
   * @return whether they are, and the endpoint is opened again
   */
  public boolean update(Settings.Webhook now) {
    String filesNow = files.fingerprint(now);
    if (now.equals(settings) && filesNow.equals(filesSeen)) {
      return false;
    }
    settings = now;
    filesSeen = filesNow;
    close();
    return true;
  }

  /**
   * The endpoint, opened if it is not; one that cannot be used is looked at again after a while.
   */
  public Endpoint open(Moment now) {
    Endpoint known = endpoint;
    if (known instanceof Endpoint.Ready || (known != null && !reopen.isDue(now))) {
      return known;
    }
    reopen = now.plus(REOPEN);
    Endpoint opened = Endpoint.open(settings, root, version);
    endpoint = opened;
    return opened;
  }

  /** Breaks off what is under way. For any thread. */
  public void cancel() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().cancel();
    }
  }

  /** Lets go of the endpoint until it is opened again. */
  public void close() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().close();
    }
    endpoint = null;
  }
}
