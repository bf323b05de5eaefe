package org.kextwatch.program;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.kextwatch.agent.Patience;
import org.kextwatch.agent.Script;

/** The receiver of docs/fleet (nginx, Camel, PostgreSQL), started by its own {@code run}. */
final class FleetPipeline implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(15);

  private final Path data;
  private final int port = freePort();
  private final int databasePort = freePort();
  private final Process run;

  /**
   * Starts it.
   *
   * @param folder empty; others may enter it, because PostgreSQL does not run as root
   */
  FleetPipeline(Path folder) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    data = folder.resolve("fleet");
    Path log = folder.resolve("run.log");
    run =
        new ProcessBuilder(
                "sh",
                Script.AGENT.resolve("docs/fleet/run").toString(),
                "--data",
                data.toString(),
                "--port",
                "" + port,
                "--camel-port",
                "" + freePort(),
                "--database-port",
                "" + databasePort)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      Patience.within(
          START,
          () -> Files.readString(log),
          text -> {
            if (!run.isAlive()) {
              throw new AssertionError(text);
            }
            return text.contains("Ready");
          });
    } catch (IOException | AssertionError e) {
      close();
      throw e;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  String address() {
    return "https://127.0.0.1:" + port + "/kextwatch";
  }

  String certificate() throws IOException {
    return Files.readString(data.resolve("tls/cert.pem"));
  }

  /** The secret of all Macs. */
  String secret() throws IOException {
    return Files.readString(data.resolve("secrets/fleet")).strip();
  }

  /** Gives a Mac a secret of its own. */
  void secretOf(String serial, String secret) throws IOException {
    Path file = data.resolve("secrets/macs").resolve(serial);
    Files.writeString(file, secret + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  /** Kills PostgreSQL and all its processes; {@code run} starts it again. */
  void killDatabase() throws IOException {
    long pid = Long.parseLong(Files.readAllLines(data.resolve("db/postmaster.pid")).get(0));
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> all = postmaster.children().toList();
    postmaster.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  /** Asks the database as its owner: the lines of the answer, columns with a bar between. */
  List<String> ask(String query) throws IOException, InterruptedException {
    boolean isRoot = System.getProperty("user.name").equals("root");
    Script.Ended psql =
        Script.run(
            data.getParent(),
            System.getenv(),
            (isRoot ? "runuser -u postgres -- " : "") + "psql -X -At -v ON_ERROR_STOP=1",
            "-h",
            data.resolve("socket"),
            "-p",
            databasePort,
            "-c",
            query,
            "fleet");
    if (psql.exit() != 0) {
      throw new IOException(psql.toString());
    }
    return psql.out().lines().toList();
  }

  @Override
  public void close() {
    run.destroy();
    try {
      if (!run.waitFor(2, TimeUnit.MINUTES)) {
        run.descendants().forEach(ProcessHandle::destroyForcibly);
        run.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
