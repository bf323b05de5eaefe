package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import okio.ByteString;
import org.kextwatch.agent.daemon.DurableLife.Deed;
import org.kextwatch.agent.mac.Disk;

/**
 * A process of its own that commits, delivers, evicts and saves at random until its power is cut.
 * Each promise is written down, elsewhere, as it is made.
 */
final class PowerCutDriver {
  /** Refused events are not among them: their promises are told apart in short histories alone. */
  private static final Deed[] DEEDS = {
    Deed.COMMIT,
    Deed.COMMIT,
    Deed.COMMIT,
    Deed.DELIVER,
    Deed.DELIVER,
    Deed.EVICT,
    Deed.TELL,
    Deed.SAVE
  };

  private final PrintStream log;
  private DurabilityModel written = DurabilityModel.NONE;

  private PowerCutDriver(PrintStream log) {
    this.log = log;
  }

  /** In a folder, with a disk of that name, a log of promises, and a seed. */
  public static void main(String[] arguments) throws IOException {
    Disk disk =
        switch (arguments[1]) {
          case "forced" -> new Disk();
          case "unforced" -> new UnforcedDisk();
          default -> throw new IllegalArgumentException(arguments[1]);
        };
    try (PrintStream log =
        new PrintStream(
            Files.newOutputStream(Path.of(arguments[2])), true, StandardCharsets.US_ASCII)) {
      PowerCutDriver driver = new PowerCutDriver(log);
      Random random = new Random(Long.parseLong(arguments[3]));
      DurableLife life =
          new DurableLife(
              Path.of(arguments[0]), disk, DurabilityModel.NONE, driver::write, "powered");
      while (true) {
        life.does(random.nextInt(40) == 0 ? Deed.RESTART : DEEDS[random.nextInt(DEEDS.length)]);
      }
    }
  }

  /** What is new of a promise; a line is written whole or, if the power was cut, is not counted. */
  private void write(DurabilityModel promise) {
    StringBuilder lines = new StringBuilder();
    if (written.stream() == null && promise.stream() != null) {
      lines.append("stream ").append(promise.stream()).append('\n');
    }
    promise.tried().entrySet().stream()
        .filter(one -> !written.tried().containsKey(one.getKey()))
        .forEach(
            one ->
                lines
                    .append("tried ")
                    .append(one.getKey())
                    .append(' ')
                    .append(one.getValue().base64())
                    .append('\n'));
    append(lines, "accepted ", promise.accepted(), written.accepted());
    append(lines, "gone ", promise.gone(), written.gone());
    append(lines, "given-up ", promise.givenUp(), written.givenUp());
    if (promise.attempts() != written.attempts()) {
      lines.append("attempts ").append(promise.attempts()).append('\n');
    }
    log.print(lines);
    written = promise;
  }

  private static void append(StringBuilder lines, String word, Set<Long> now, Set<Long> before) {
    now.stream()
        .filter(number -> !before.contains(number))
        .forEach(number -> lines.append(word).append(number).append('\n'));
  }

  static DurabilityModel read(Path log) throws IOException {
    DurabilityModel promise = DurabilityModel.NONE;
    String whole = Files.readString(log);
    for (String line : whole.substring(0, whole.lastIndexOf('\n') + 1).lines().toList()) {
      String[] words = line.split(" ", -1);
      promise =
          switch (words[0]) {
            case "stream" -> promise.in(words[1]);
            case "tried" ->
                promise.tries(Long.parseLong(words[1]), ByteString.decodeBase64(words[2]));
            case "accepted" -> promise.accepts(Long.parseLong(words[1]));
            case "gone" -> promise.delivers(Long.parseLong(words[1]));
            case "given-up" -> promise.givesUp(Long.parseLong(words[1]));
            case "attempts" -> promise.attempts(Integer.parseInt(words[1]));
            default -> promise;
          };
    }
    return promise;
  }
}
