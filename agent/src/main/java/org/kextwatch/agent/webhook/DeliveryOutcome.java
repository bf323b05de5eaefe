package org.kextwatch.agent.webhook;

/** The outcome of an attempt, as far as it matters for the event. */
public enum DeliveryOutcome {
  DELIVERED,
  /** The endpoint wants no more events (410). */
  GONE,
  /** A failure that ends by itself: try again later. */
  TRANSIENT,
  /** A 5xx: as {@link #TRANSIENT}, unless only this event causes it. */
  SERVER_ERROR,
  /** An operator must fix something; the event is kept until then. */
  MISCONFIGURED,
  /** A rejection: the event itself may be at fault. */
  SUSPECT;

  /** The outcome of a status code; with an unknown one the event is kept. */
  public static DeliveryOutcome of(int status) {
    return switch (status) {
      case 410 -> GONE;
      case 408, 425, 429 -> TRANSIENT;
      case 400, 409, 413, 415, 422 -> SUSPECT;
      default ->
          switch (status / 100) {
            case 2 -> DELIVERED;
            case 3, 4 -> MISCONFIGURED;
            case 5 -> SERVER_ERROR;
            default -> TRANSIENT;
          };
    };
  }
}
