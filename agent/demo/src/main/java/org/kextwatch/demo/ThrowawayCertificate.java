package org.kextwatch.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A self-signed certificate for this machine's loopback address, good for one day, known to nobody
 * and kept nowhere.
 *
 * @param tls for a server that shows it
 * @param pem for a client that is to trust it, and nothing else than it
 */
public record ThrowawayCertificate(SSLContext tls, String pem) {
  private static final String ALIAS = "kextwatch";
  private static final String PASSWORD_VARIABLE = "KEXTWATCH_KEYSTORE_PASSWORD";
  private static final long TIMEOUT_SECONDS = 60;

  /**
   * Makes a new one with the keytool of the JDK that runs this.
   *
   * @throws IOException also if it is a runtime without keytool
   */
  public static ThrowawayCertificate make() throws IOException {
    return make(
        Path.of(System.getProperty("java.home")), Path.of(System.getProperty("java.io.tmpdir")));
  }

  static ThrowawayCertificate make(Path javaHome, Path temp) throws IOException {
    Path keytool = javaHome.resolve("bin/keytool");
    if (!Files.isExecutable(keytool)) {
      throw new IOException(
          "There is no " + keytool + ": this needs a full JDK, not only a Java runtime.");
    }
    Path folder = Files.createTempDirectory(temp, "kextwatch-certificate"); // 0700
    Path store = folder.resolve("keystore.p12");
    String password = UUID.randomUUID().toString();
    try {
      run(keytool, store, password);
      return read(store, password.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IOException("What keytool made cannot be used: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(store);
      Files.delete(folder);
    }
  }

  private static void run(Path keytool, Path store, String password) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                keytool.toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-keysize",
                "256",
                "-validity",
                "1",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass:env",
                PASSWORD_VARIABLE));
    builder.environment().put(PASSWORD_VARIABLE, password); // a command line is everybody's to read
    builder.redirectErrorStream(true);
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("keytool made no certificate: " + output.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("stopped while keytool ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static ThrowawayCertificate read(Path store, char[] password)
      throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, password);
    }
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, password);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    return new ThrowawayCertificate(
        tls,
        "-----BEGIN CERTIFICATE-----\n"
            + lines.encodeToString(keys.getCertificate(ALIAS).getEncoded())
            + "\n-----END CERTIFICATE-----\n");
  }
}
