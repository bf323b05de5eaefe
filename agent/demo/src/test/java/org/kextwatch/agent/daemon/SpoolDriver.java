package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import okio.ByteString;
import org.kextwatch.agent.daemon.DurableLife.Deed;
import org.kextwatch.agent.mac.Disk;

/**
 * A process of its own, whose system calls may fail: it takes up a folder, commits five events,
 * delivers two and saves its state, trying each as often as it takes, and writes down what it has
 * promised.
 */
final class SpoolDriver {
  private static final int EVENTS = 5;
  private static final int DELIVERIES = 2;
  private static final int PATIENCE = 20;

  private SpoolDriver() {}

  /** In a folder; the promises are read from one file and written to another. */
  public static void main(String[] arguments) throws IOException {
    AtomicReference<DurabilityModel> latest = new AtomicReference<>(read(Path.of(arguments[1])));
    live(Path.of(arguments[0]), new Disk(), latest.get(), latest::set);
    write(Path.of(arguments[2]), latest.get());
  }

  /**
   * Does it all.
   *
   * @throws IOException if it does not come to an end, with all the failures
   */
  static void live(
      Path folder, Disk disk, DurabilityModel before, Consumer<DurabilityModel> witness)
      throws IOException {
    List<String> failures = new ArrayList<>();
    DurableLife life = null;
    for (int tries = 0; tries < PATIENCE; tries++) {
      try {
        if (life == null) {
          life = new DurableLife(folder, disk, before, witness, "driver");
        } else if (life.promise().accepted().size() < before.accepted().size() + EVENTS) {
          life.does(Deed.COMMIT);
        } else if (life.promise().gone().size() < before.gone().size() + DELIVERIES) {
          life.does(Deed.DELIVER);
        } else if (life.promise().attempts() == before.attempts()) {
          life.does(Deed.SAVE);
        } else {
          return;
        }
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }
    throw new IOException("no end: " + failures);
  }

  static void write(Path file, DurabilityModel promise) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("stream " + promise.stream());
    lines.add("attempts " + promise.attempts());
    promise.tried().forEach((number, body) -> lines.add("tried " + number + " " + body.base64()));
    promise.accepted().forEach(number -> lines.add("accepted " + number));
    promise.gone().forEach(number -> lines.add("delivered " + number));
    Files.write(file, lines);
  }

  static DurabilityModel read(Path file) throws IOException {
    DurabilityModel promise = DurabilityModel.NONE;
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", -1);
      promise =
          switch (words[0]) {
            case "stream" -> promise.in(words[1]);
            case "attempts" -> promise.attempts(Integer.parseInt(words[1]));
            case "tried" ->
                promise.tries(Long.parseLong(words[1]), ByteString.decodeBase64(words[2]));
            case "accepted" -> promise.accepts(Long.parseLong(words[1]));
            default -> promise.delivers(Long.parseLong(words[1]));
          };
    }
    return promise;
  }
}
