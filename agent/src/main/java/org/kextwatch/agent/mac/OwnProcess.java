package org.kextwatch.agent.mac;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What this process uses. Java itself knows its processor time (on a Mac by getrusage, JDK
 * ProcessHandleImpl_macosx.c). The rest Linux tells in {@code /proc}; on a Mac {@code ps} is asked
 * for the memory, which it prints in KiB (Apple's adv_cmds, ps/print.c; belief:daemon-cost), and
 * the wake-ups are not known. For one thread.
 */
public final class OwnProcess {
  /** On a Mac the memory costs a process, so it is asked for this often. */
  private static final Duration AGE = Duration.ofHours(4);

  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d{1,15}) kB$");
  private static final Pattern WAKE_UPS =
      Pattern.compile("(?m)^voluntary_ctxt_switches:\\s+(\\d{1,18})$");

  /** Nothing else: a complaint of ps may have numbers too. */
  private static final Pattern PRINTED = Pattern.compile("\\A\\s*+(\\d{1,15})\\s*+\\z");

  private static final long KIB = 1024;

  private final Path proc;
  private final Ps ps;
  private @Nullable Long printed;
  private @Nullable Moment askAgain;

  public OwnProcess() {
    this(Path.of("/proc/self"), Ps.OF_THIS_SYSTEM);
  }

  OwnProcess(Path proc, Ps ps) {
    this.proc = proc;
    this.ps = ps;
  }

  /** The processor time since it started, {@code null} if it is not known. */
  public @Nullable Duration cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(null);
  }

  /** The resident memory in bytes; on a Mac as it was up to four hours ago. */
  public @Nullable Long residentBytes(Moment now) {
    if (Files.exists(proc)) {
      return kibibytes(RESIDENT.matcher(text(proc.resolve("status"))));
    }
    if (askAgain == null || askAgain.isDue(now)) {
      printed =
          residentBytes(ps.ask("-o", "rss=", "-p", Long.toString(ProcessHandle.current().pid())));
      askAgain = now.plus(AGE);
    }
    return printed;
  }

  /** How often the threads that live now have waited and gone on. */
  public @Nullable Long wakeUps() {
    Long sum = null;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(proc.resolve("task"))) {
      for (Path thread : threads) {
        Matcher count = WAKE_UPS.matcher(text(thread.resolve("status")));
        if (count.find()) {
          sum = (sum == null ? 0 : sum) + Long.parseLong(count.group(1));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return sum;
    }
    return sum;
  }

  /** Of what ps has printed. */
  static @Nullable Long residentBytes(String listing) {
    return kibibytes(PRINTED.matcher(listing));
  }

  private static @Nullable Long kibibytes(Matcher number) {
    return number.find() ? (Long) (Long.parseLong(number.group(1)) * KIB) : null;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return ""; // a thread that has ended
    }
  }
}
