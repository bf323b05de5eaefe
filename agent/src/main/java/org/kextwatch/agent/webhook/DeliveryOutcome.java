package org.kextwatch.agent.webhook;

/** What an attempt to deliver means for the event. */
public enum DeliveryOutcome {
  DELIVERED,
  /** The endpoint wants no more (410). */
  GONE,
  /** It passes by itself: try again later. */
  TRANSIENT,
  /** The same (5xx), unless it is always this event that draws it. */
  SERVER_ERROR,
  /** Somebody must put something right; the event is kept for then. */
  MISCONFIGURED,
  /** This event may be what is wrong. */
  SUSPECT;

  /** The meaning of a status code; one that says nothing of use leaves the event kept. */
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
