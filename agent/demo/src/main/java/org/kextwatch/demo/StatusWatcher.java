package org.kextwatch.demo;

import java.io.IOException;
import java.util.List;
import org.kextwatch.agent.daemon.StatusFile;
import org.kextwatch.agent.mac.EnumWord;
import org.kextwatch.agent.mac.RefusedPathException;
import org.kextwatch.agent.mac.SystemRoot;
import org.kextwatch.agent.status.Status;
import org.kextwatch.demo.Timeline.Lane;
import org.kextwatch.simulator.SimulatedMac;
import org.kextwatch.simulator.ToolCall;

/** Watches the call log and the status file of a Mac, and shows each change in the timeline. */
final class StatusWatcher implements AutoCloseable {
  private static final long PAUSE_MILLIS = 50;

  private final SimulatedMac mac;
  private final SystemRoot root;
  private final Timeline timeline;
  private final Thread thread = new Thread(this::watch, "watcher");

  private int shownLoads;
  private String shownStatus = "";
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
      showLoads();
      showStatus();
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void showLoads() {
    List<ToolCall> calls = mac.calls("kextutil");
    for (; shownLoads < calls.size(); shownLoads++) {
      timeline.show(Lane.KEXTWATCH, "runs kextutil wdavkext.kext");
      timeline.show(
          Lane.MAC,
          mac.isLoaded()
              ? "kextutil: exit 0, no output"
              : "Kext rejected due to system policy, exit 27; the Allow button appears");
    }
  }

  private void showStatus() {
    try {
      Status status = StatusFile.read(root);
      String now =
          "sees %s, %s"
              .formatted(
                  EnumWord.spoken(status.extension().state()), EnumWord.spoken(status.verdict()));
      if (!now.equals(shownStatus)) {
        timeline.show(Lane.KEXTWATCH, now);
        shownStatus = now;
      }
    } catch (IOException e) {
      // there is no status yet
    }
  }
}
