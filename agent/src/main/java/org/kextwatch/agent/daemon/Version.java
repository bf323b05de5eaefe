package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which version of the agent this is. */
public final class Version {
  private static final String CURRENT = load();

  private Version() {}

  /** Such as {@code 0.1.0}. */
  public static String current() {
    return CURRENT;
  }

  private static String load() {
    Properties properties = new Properties();
    try (InputStream in =
        Version.class.getResourceAsStream("/org/kextwatch/agent/version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      // the version is unknown
    }
    return properties.getProperty("version", "unknown");
  }
}
