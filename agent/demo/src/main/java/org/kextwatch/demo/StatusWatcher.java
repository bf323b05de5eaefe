package org.kextwatch.demo;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.Status;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.SimulatedMac;
import org.kextwatch.simulator.ToolCall;

/** Looks over the shoulders of the Mac and of Kextwatch, and tells what they do. */
final class StatusWatcher implements AutoCloseable {
  private static final long PAUSE_MILLIS = 50;

  private final SimulatedMac mac;
  private final SystemRoot root;
  private final Timeline timeline;
  private final Thread thread = new Thread(this::watch, "watcher");

  private int loads;
  private String judgement = "";
  private volatile boolean closed;

  private StatusWatcher(SimulatedMac mac, SystemRoot root, Timeline timeline) {
    this.mac = mac;
    this.root = root;
    this.timeline = timeline;
    thread.setDaemon(true);
  }

  static StatusWatcher of(SimulatedMac mac, Timeline timeline) throws IOException {
    try {
      StatusWatcher watcher = new StatusWatcher(mac, SystemRoot.at(mac.root()), timeline);
      watcher.thread.start();
      return watcher;
    } catch (RefusedPathException e) {
      throw new IOException(e.reason(), e);
    }
  }

  @Override
  public void close() {
    closed = true;
  }

  private void watch() {
    while (!closed) {
      tellLoads();
      tellJudgement();
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void tellLoads() {
    List<ToolCall> calls = mac.calls("kextutil");
    for (; loads < calls.size(); loads++) {
      timeline.tell(Lane.KEXTWATCH, "runs kextutil wdavkext.kext");
      timeline.tell(
          Lane.MAC,
          mac.isLoaded()
              ? "kextutil: not a word, exit 0"
              : "Kext rejected due to system policy, exit 27; the Allow button appears");
    }
  }

  private void tellJudgement() {
    try {
      Status status = StatusFile.read(root);
      String now =
          "sees %s, %s".formatted(word(status.extension().state()), word(status.verdict()));
      if (!now.equals(judgement)) {
        timeline.tell(Lane.KEXTWATCH, now);
        judgement = now;
      }
    } catch (IOException e) {
      // it has not judged yet
    }
  }

  private static String word(Enum<?> word) {
    return word.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
