package org.kextwatch.install;

import com.dd.plist.NSDictionary;
import com.dd.plist.PropertyListParser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.kextwatch.agent.Script;
import org.kextwatch.agent.mac.Owner;

/**
 * The launchd of a simulated Mac, which really supervises. What it does is known of launchd-842's
 * source, launchctl(1), launchd.plist(5) and recorded runs: a bootout only begins the end and a
 * bootstrap fails with 5 until some time after it; labels stay disabled; a property list that
 * others could change is refused; a job starts in its own process group with a clean environment;
 * the throttle counts from its start; SIGTERM, then SIGKILL after ExitTimeOut, then the rest of its
 * group. A job that is to be below {@code /} runs below the simulated Mac.
 */
public final class Launchd implements AutoCloseable {
  private static final String DISABLED = "private/var/db/com.apple.xpc.launchd/disabled";

  /** Where a program that is played says that nothing more comes of it, until the next change. */
  static final String AT_REST = "sim/at-rest";

  private static final int IO_ERROR = 5;
  private static final int IN_PROGRESS = 36;
  private static final int NO_SUCH_PROCESS = 3;
  private static final int NO_SERVICE = 113;
  private static final int USAGE = 64;

  private final Path root;
  private final Duration second;
  private final RandomAccessFile questions;
  private final Map<String, LaunchdJob> jobs = new ConcurrentHashMap<>();
  private final List<String> calls = new CopyOnWriteArrayList<>();

  /** So many bootstraps are still refused, whatever the time. */
  final AtomicInteger refusals = new AtomicInteger();

  volatile int refusal = IO_ERROR;

  private volatile long settledAt = System.nanoTime();
  public volatile int settleSeconds = 3;
  volatile boolean saysInProgress;

  /** What stands before each program that it starts, such as {@code env NAME=VALUE}. */
  public volatile List<String> before = List.of();

  private Launchd(Path root, Duration second) throws IOException, InterruptedException {
    this.root = root;
    this.second = second;
    Path sim = Files.createDirectories(root.resolve("sim/launchd"));
    String question = sim.resolve("question").toString();
    Script.start(new ProcessBuilder("mkfifo", question)).waitFor();
    questions = new RandomAccessFile(sim.resolve("question").toFile(), "rw");
  }

  /**
   * Begins to play launchd for a folder that is a Mac.
   *
   * @param second how long one of its seconds takes
   */
  public static Launchd of(Path root, Duration second) throws IOException, InterruptedException {
    Path client = root.resolve("bin/launchctl");
    Files.deleteIfExists(client);
    Script.copy(Script.AGENT.resolve("demo/src/test/resources/simulated/launchctl"), client);
    Launchd launchd = new Launchd(root, second);
    Thread thread = new Thread(launchd::answer, "launchd");
    thread.setDaemon(true);
    thread.start();
    return launchd;
  }

  /** Each call and how it was answered, such as {@code bootout 3}. */
  public List<String> calls() {
    return List.copyOf(calls);
  }

  /** The process of the one job, or -1 if it does not run. */
  public long pid() {
    return jobs.values().stream()
        .filter(LaunchdJob::isRunning)
        .mapToLong(LaunchdJob::pid)
        .findFirst()
        .orElse(-1);
  }

  /** How often the one job has been started since it was bootstrapped. */
  public int starts() {
    return jobs.values().stream().mapToInt(LaunchdJob::starts).sum();
  }

  public int ask(String... words) throws IOException {
    return answerTo(List.of(words)).code();
  }

  private void answer() {
    try {
      while (true) {
        List<String> words = List.of(questions.readLine().split("\t"));
        if (words.size() < 2) {
          return;
        }
        Answer answer = answerTo(words.subList(1, words.size()));
        calls.add(words.get(1) + " " + answer.code());
        Files.writeString(
            root.resolve("sim/launchd/answer." + words.get(0)),
            answer.code() + "\n" + answer.text());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Answer(int code, String text) {}

  private Answer answerTo(List<String> words) throws IOException {
    String last = words.get(words.size() - 1);
    String label = last.substring(last.lastIndexOf('/') + 1);
    return switch (words.get(0)) {
      case "print" ->
          jobs.containsKey(label)
              ? new Answer(0, "")
              : new Answer(NO_SERVICE, "Could not find service \"" + label + "\" in domain\n");
      case "enable", "disable" -> {
        switchLabel(label, words.get(0).equals("disable"));
        yield new Answer(0, "");
      }
      case "bootout" -> bootout(label);
      case "bootstrap" -> bootstrap(Path.of(last));
      default -> new Answer(USAGE, "Usage: launchctl <subcommand> ...\n");
    };
  }

  private Answer bootout(String label) throws IOException {
    LaunchdJob job = jobs.get(label);
    if (job == null) {
      return new Answer(NO_SUCH_PROCESS, "Boot-out failed: 3: No such process\n");
    }
    Files.deleteIfExists(root.resolve(AT_REST));
    job.stop();
    return saysInProgress
        ? new Answer(IN_PROGRESS, "Boot-out failed: 36: Operation now in progress\n")
        : new Answer(0, "");
  }

  private Answer bootstrap(Path plist) throws IOException {
    Answer ioError = new Answer(IO_ERROR, "Bootstrap failed: 5: Input/output error\n");
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      return new Answer(refusal, "Bootstrap failed: " + refusal + "\n");
    }
    if (System.nanoTime() < settledAt || isDubious(plist)) {
      return ioError;
    }
    NSDictionary keys;
    try {
      keys = (NSDictionary) PropertyListParser.parse(plist.toFile());
    } catch (Exception e) {
      return ioError;
    }
    String label = keys.get("Label").toString();
    if (jobs.containsKey(label) || disabled().contains(label)) {
      return ioError;
    }
    Files.deleteIfExists(root.resolve(AT_REST));
    LaunchdJob job = new LaunchdJob(root, second, keys, () -> forget(label), before);
    jobs.put(label, job);
    job.begin();
    return new Answer(0, "");
  }

  private void forget(String label) {
    settledAt = System.nanoTime() + settleSeconds * second.toNanos();
    jobs.remove(label);
  }

  /** As launchctl's path_goodness_check. */
  private static boolean isDubious(Path plist) throws IOException {
    if (!plist.toString().endsWith(".plist") || !Files.isRegularFile(plist)) {
      return true;
    }
    Set<PosixFilePermission> modes = Files.getPosixFilePermissions(plist);
    return modes.contains(PosixFilePermission.GROUP_WRITE)
        || modes.contains(PosixFilePermission.OTHERS_WRITE)
        || !Owner.of(plist).isTrusted();
  }

  private Set<String> disabled() throws IOException {
    Path file = root.resolve(DISABLED);
    return Files.exists(file) ? new TreeSet<>(Files.readAllLines(file)) : new TreeSet<>();
  }

  private void switchLabel(String label, boolean off) throws IOException {
    Set<String> labels = disabled();
    boolean unused = off ? labels.add(label) : labels.remove(label);
    Files.createDirectories(root.resolve(DISABLED).getParent());
    Files.write(root.resolve(DISABLED), labels);
  }

  /** Nothing that it started is left. */
  @Override
  public void close() throws IOException {
    jobs.values().forEach(LaunchdJob::end);
    questions.write("end\n".getBytes(StandardCharsets.UTF_8));
  }
}
