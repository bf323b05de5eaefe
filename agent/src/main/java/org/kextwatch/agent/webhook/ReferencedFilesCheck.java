package org.kextwatch.agent.webhook;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;

/** Looks at the files that settings name, before anything is sent with them. */
public final class ReferencedFilesCheck {
  private ReferencedFilesCheck() {}

  /** One of them, and what it holds. */
  private interface Content {
    @Nullable Object read() throws UnusableSettingException;
  }

  /**
   * What is wrong with them: each must be there, be safe from others, and hold what its setting
   * says. Each flaw begins with the name of the setting and holds no secret; empty if all is well.
   * Without an endpoint nobody needs the secret.
   */
  public static List<String> flaws(Settings.Webhook settings, SystemRoot root) {
    WebhookClientFactory opener = new WebhookClientFactory(settings, root);
    List<Content> contents = new ArrayList<>();
    if (settings.hasEndpoint()) {
      contents.add(opener::url);
      contents.add(opener::secret);
    }
    contents.add(opener::previousSecret);
    contents.add(opener::authorization);
    contents.add(opener::proxyCredentials);
    contents.add(opener::keystorePassword);
    contents.add(() -> currentIdentity(opener));
    contents.add(opener::bundle);
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

  /**
   * A certificate that has expired is still shown, because a receiver may take it; here it fails.
   */
  private static @Nullable Object currentIdentity(WebhookClientFactory opener)
      throws UnusableSettingException {
    ClientIdentity identity = opener.identity();
    String flaw = identity == null ? null : identity.flaw(Instant.now()).orElse(null);
    if (flaw != null) {
      throw new UnusableSettingException(flaw);
    }
    return identity;
  }
}
