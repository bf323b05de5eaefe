package org.kextwatch.agent.webhook;

/** Advice for operators that does not depend on one answer of the endpoint. */
public final class Advice {
  static final String SETTINGS = "Fix the setting or file named here; see: kextwatch config show";
  static final String NO_ENDPOINT =
      "Set endpoint (or endpointFile) in the profile or in config.json.";
  static final String CLOCK =
      "Set this Mac's clock (sntp): receivers reject a signature whose time is off by more than"
          + " five minutes.";

  private Advice() {}

  /**
   * What to do when deliveries fail.
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
