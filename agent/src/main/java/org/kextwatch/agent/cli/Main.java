package org.kextwatch.agent.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The one entry. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    Properties build = new Properties();
    try (InputStream in =
        Main.class.getResourceAsStream("/org/kextwatch/agent/version.properties")) {
      build.load(in);
    }
    System.out.println("kextwatch " + build.getProperty("version"));
  }
}
