package org.kextwatch.agent.webhook;

/** What an operator can do, of whatever it is told. */
public final class Advice {
  static final String SETTINGS = "Put that right; see: kextwatch config show";
  static final String NO_ENDPOINT =
      "Set endpoint (or endpointFile) in the profile or in config.json.";
  static final String CLOCK =
      "Set this Mac's clock (sntp): receivers refuse signatures that are five minutes off.";

  private Advice() {}

  /**
   * What to do where deliveries fail, by what the status says of the last one.
   *
   * @param error the status's {@code lastDeliveryError}
   */
  public static String afterError(String error) {
    int issuer = error.lastIndexOf("CN=");
    String test = "Run: sudo kextwatch webhook test";
    return error.contains(CertificateFlaw.UNKNOWN)
        ? CertificateFlaw.inspection(issuer < 0 ? "" : error.substring(issuer)) + " " + test
        : test;
  }
}
