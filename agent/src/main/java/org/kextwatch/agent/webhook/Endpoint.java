package org.kextwatch.agent.webhook;

/** The endpoint that the settings name, if it can be used. */
public sealed interface Endpoint {

  /** It can be used; the client must be closed. */
  record Ready(WebhookClient client) implements Endpoint {}

  /** The settings name no endpoint. */
  record NotSet() implements Endpoint {}

  /**
   * A setting, or a file that it names, cannot be used.
   *
   * @param note says what is wrong and what to do; contains no secret and no address
   */
  record Unusable(String note) implements Endpoint {}
}
