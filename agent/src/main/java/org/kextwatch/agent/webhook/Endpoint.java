package org.kextwatch.agent.webhook;

import org.kextwatch.agent.config.Settings;
import org.kextwatch.agent.mac.SystemRoot;

/** Whether there is an endpoint to send to. */
public sealed interface Endpoint {

  /** There is; the client must be closed. */
  record Ready(WebhookClient client) implements Endpoint {}

  /** The settings name none. */
  record NotSet() implements Endpoint {}

  /**
   * The settings name one, but nothing can be sent with them.
   *
   * @param note for people: what is wrong and what to do; no secret, no address
   */
  record Unusable(String note) implements Endpoint {}

  /**
   * Reads the files that the settings name, and gets ready to send. Nothing is sent yet.
   *
   * @param version of this program
   */
  static Endpoint open(Settings.Webhook settings, SystemRoot root, String version) {
    return new WebhookClientFactory(settings, root).open(version);
  }
}
