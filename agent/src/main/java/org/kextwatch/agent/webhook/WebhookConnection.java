package org.kextwatch.agent.webhook;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.FileStamp;
import org.kextwatch.agent.mac.Moment;
import org.kextwatch.agent.mac.SystemRoot;

/**
 * The endpoint that the settings name, opened again when they, or files that they name, change. For
 * one thread; only {@link #cancel} is thread-safe.
 */
public final class WebhookConnection {
  /** The wait before settings and files that cannot be used are read again. */
  public static final Duration REOPEN = Duration.ofSeconds(30);

  private final SystemRoot root;
  private final String version;
  private final ReferencedFiles files;
  private Settings settings;
  private List<FileStamp> filesSeen;
  private volatile @Nullable Endpoint endpoint;
  private Moment reopen;

  public WebhookConnection(Settings settings, SystemRoot root, String version, Moment now) {
    this.settings = settings;
    this.root = root;
    this.version = version;
    this.files = new ReferencedFiles(root);
    this.filesSeen = files.stamps(settings);
    this.reopen = now;
  }

  /**
   * Uses these settings from now on.
   *
   * @return whether they, or the files that they name, changed, so that the endpoint is closed
   */
  public boolean update(Settings now) {
    List<FileStamp> filesNow = files.stamps(now);
    if (now.equals(settings) && filesNow.equals(filesSeen)) {
      return false;
    }
    settings = now;
    filesSeen = filesNow;
    close();
    return true;
  }

  /** The endpoint, opened if needed; one that cannot be used is tried again after a while. */
  public Endpoint open(Moment now) {
    Endpoint known = endpoint;
    if (known instanceof Endpoint.Ready || (known != null && !reopen.isDue(now))) {
      return known;
    }
    reopen = now.plus(REOPEN);
    Endpoint opened = new WebhookClientFactory(settings, root).open(version);
    endpoint = opened;
    return opened;
  }

  /** Cancels a request that is under way. Thread-safe. */
  public void cancel() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().cancel();
    }
  }

  /** Closes the endpoint, until {@link #open}. */
  public void close() {
    if (endpoint instanceof Endpoint.Ready ready) {
      ready.client().close();
    }
    endpoint = null;
  }
}
