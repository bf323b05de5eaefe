package org.kextwatch.agent.fuzz;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kextwatch.agent.mac.MacFuzz;

/**
 * A program that {@link DaemonHeapIT} runs in the heap of the daemon: each parser of what tools
 * print, and that of property lists, gets as much as is read, in pieces that cost far more memory
 * than their text.
 */
final class ShortLines {
  private static final int KEPT = 1 << 20;

  /** What the daemon itself keeps in its heap (GrowthBench). */
  private static final byte[] OWN = new byte[8 << 20];

  private static final List<String> TOOLS =
      List.of(
          "mdatp health",
          "KextPolicy",
          "kextstat",
          "systemextensionsctl",
          "kextutil",
          "ioreg",
          "profiles",
          "ps",
          "ls -led");
  private static final List<String> PIECES =
      List.of("a\n", "\u0416\n", "a.b (1) [x]\n", "user,,,31\n", "\"a\",");

  private ShortLines() {}

  public static void main(String[] stub) throws IOException, InterruptedException {
    try {
      run(Path.of(stub[0]), Path.of(stub[1]));
    } finally {
      Reference.reachabilityFence(OWN);
    }
  }

  private static void run(Path ps, Path list) throws IOException, InterruptedException {
    for (String tool : TOOLS) {
      FuzzTarget target = FuzzTargets.named(tool);
      for (String piece : PIECES) {
        new SmallThread(target).run(Stream.of(many(piece), after(target.seeds().get(0), piece)));
      }
    }
    new SmallThread(FuzzTargets.named("property list")).run(Stream.of(propertyList()));
    new SmallThread(FuzzTargets.named("db.plist")).run(Stream.of(Files.readAllBytes(list)));
    MacFuzz.listProcesses(ps);
  }

  /** As long as one that is read. */
  private static byte[] propertyList() {
    String values = "<dict/>".repeat((KEPT / 2 - 100) / 7);
    return ("<plist><dict><key>a</key><array>" + values + "</array></dict></plist>")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] many(String piece) {
    byte[] one = piece.getBytes(StandardCharsets.UTF_8);
    byte[] all = new byte[KEPT];
    for (int at = 0; at < KEPT; at++) {
      all[at] = one[at % one.length];
    }
    return all;
  }

  private static byte[] after(byte[] seed, String piece) {
    byte[] all = Arrays.copyOf(seed, KEPT);
    System.arraycopy(many(piece), 0, all, seed.length, KEPT - seed.length);
    return all;
  }
}
