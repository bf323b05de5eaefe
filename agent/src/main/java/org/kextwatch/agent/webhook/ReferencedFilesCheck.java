package org.kextwatch.agent.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;

/** Checks the files that settings name, without sending anything. */
public final class ReferencedFilesCheck {
  private ReferencedFilesCheck() {}

  /** Reads and parses one of them. */
  private interface Content {
    @Nullable Object read() throws UnusableSettingException;
  }

  /**
   * The flaws of these files: each must exist, be closed to other users, and hold what its setting
   * needs. Each flaw begins with the name of the setting and contains no secret. Without an
   * endpoint the secret is not needed.
   */
  public static List<String> flaws(Settings settings, SystemRoot root) {
    WebhookClientFactory factory = new WebhookClientFactory(settings, root);
    List<Content> contents = new ArrayList<>();
    if (settings.hasEndpoint()) {
      contents.add(factory::url);
      contents.add(factory::secret);
    }
    contents.add(factory::previousSecret);
    contents.add(factory::authorization);
    contents.add(factory::secretHeaders);
    contents.add(factory::proxyCredentials);
    contents.add(factory::keystorePassword);
    contents.add(() -> validIdentity(factory));
    contents.add(factory::bundle);
    List<String> flaws = new ArrayList<>();
    for (Content content : contents) {
      try {
        content.read();
      } catch (UnusableSettingException e) {
        if (!flaws.contains(e.note())) {
          flaws.add(e.note());
        }
      }
    }
    return List.copyOf(flaws);
  }

  /** An expired certificate is a flaw here, though it is still sent: a receiver may accept it. */
  private static @Nullable Object validIdentity(WebhookClientFactory factory)
      throws UnusableSettingException {
    ClientIdentity identity = factory.identity();
    String flaw = identity == null ? null : identity.flaw(Instant.now()).orElse(null);
    if (flaw != null) {
      throw new UnusableSettingException(flaw);
    }
    return identity;
  }
}
