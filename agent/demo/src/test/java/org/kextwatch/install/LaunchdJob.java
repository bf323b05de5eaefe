package org.kextwatch.install;

import com.dd.plist.NSArray;
import com.dd.plist.NSDictionary;
import com.dd.plist.NSNumber;
import com.dd.plist.NSObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.kextwatch.agent.Script;

/**
 * A job of a simulated Mac: a program that is started in its own process group with a clean
 * environment, and again as its {@code KeepAlive} says; the throttle counts from its start.
 */
final class LaunchdJob {
  private final Path root;
  private final Duration second;
  private final NSDictionary keys;
  private final Runnable whenGone;
  private final List<String> before;
  private final Thread thread = new Thread(this::supervise, "a job");
  private final AtomicInteger starts = new AtomicInteger();
  private volatile Process process;
  private volatile boolean stopping;

  /**
   * Describes it; it does not run yet.
   *
   * @param second how long one of the Mac's seconds takes
   * @param keys of its property list
   * @param whenGone is told that nothing of it is left
   * @param before stands before its program
   */
  LaunchdJob(
      Path root, Duration second, NSDictionary keys, Runnable whenGone, List<String> before) {
    this.root = root;
    this.second = second;
    this.keys = keys;
    this.whenGone = whenGone;
    this.before = before;
    thread.setDaemon(true);
  }

  void begin() {
    thread.start();
  }

  boolean isRunning() {
    return process != null && process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  int starts() {
    return starts.get();
  }

  private void supervise() {
    try {
      boolean again = true;
      while (again && !stopping) {
        final long started = System.nanoTime();
        process = start();
        starts.incrementAndGet();
        int exit = process.waitFor();
        kill("TERM"); // what is left of its group
        again = restartsAfter(exit);
        long due = started + number("ThrottleInterval", 10) * second.toNanos();
        while (again && !stopping && System.nanoTime() < due) {
          Thread.sleep(5);
        }
      }
      while (!stopping) {
        Thread.sleep(5); // it ended on purpose, and is known until its bootout
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      killAtOnce(); // it may have been started since it was to end
      Thread.currentThread().interrupt();
    }
    whenGone.run();
  }

  private Process start() throws IOException {
    List<String> command = new ArrayList<>();
    command.add("/usr/bin/perl");
    command.add("-e");
    command.add("setpgrp(0, 0); umask(shift); exec(@ARGV) or exit(78)");
    command.add(Long.toString(number("Umask", 18)));
    command.addAll(before);
    NSObject[] arguments = ((NSArray) keys.get("ProgramArguments")).getArray();
    command.add(root + arguments[0].toString());
    command.add("--root");
    command.add(root.toString());
    for (int i = 1; i < arguments.length; i++) {
      command.add(arguments[i].toString());
    }
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    Path log = root.resolve(keys.get("StandardErrorPath").toString().substring(1));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Process started = Script.start(builder);
    started.getOutputStream().close();
    return started;
  }

  private boolean restartsAfter(int exit) {
    if (keys.get("KeepAlive") instanceof NSNumber always) {
      return always.boolValue();
    }
    return keys.get("KeepAlive") instanceof NSDictionary policy
        && policy.get("SuccessfulExit") instanceof NSNumber success
        && success.boolValue() == (exit == 0);
  }

  /** SIGTERM, and SIGKILL if that does not end it in time. */
  void stop() {
    stopping = true;
    if (process != null) {
      process.destroy();
    }
    Thread killer =
        new Thread(
            () -> {
              try {
                thread.join(number("ExitTimeOut", 5) * second.toMillis());
                if (thread.isAlive()) {
                  kill("KILL");
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "killer");
    killer.setDaemon(true);
    killer.start();
  }

  /** Ends it at once, and what it started. */
  void end() {
    stopping = true;
    killAtOnce();
    thread.interrupt();
  }

  /** A process that has no group of its own yet is killed by itself. */
  private void killAtOnce() {
    kill("KILL");
    if (process != null) {
      process.destroyForcibly();
    }
  }

  private void kill(String signal) {
    if (process == null) {
      return;
    }
    try {
      String[] command = {"/bin/sh", "-c", "kill -s \"$0\" -- \"-$1\"", signal, "" + process.pid()};
      Script.start(new ProcessBuilder(command).redirectErrorStream(true)).waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long number(String key, long otherwise) {
    return keys.get(key) instanceof NSNumber number ? number.longValue() : otherwise;
  }
}
