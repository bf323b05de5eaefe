package org.kextwatch.agent.mac;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * Reads one output of a process to its end on a thread of its own, so that the process never waits,
 * and keeps no more than a limit, so that it cannot fill the memory.
 */
final class BoundedOutput {
  static final int LIMIT_BYTES = 1 << 20;

  /** How long the pipe may stay open after the process has ended. */
  private static final long CLOSE_MILLIS = 1_000;

  private static final int STACK_BYTES = 64 << 10;

  private final InputStream pipe;
  private final int limitBytes;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private final Thread reader;

  private BoundedOutput(InputStream pipe, int limitBytes) {
    this.pipe = pipe;
    this.limitBytes = limitBytes;
    this.reader = new Thread(null, this::read, "tool-output", STACK_BYTES);
    reader.setDaemon(true);
  }

  static BoundedOutput drain(InputStream pipe) {
    return drain(pipe, LIMIT_BYTES);
  }

  static BoundedOutput drain(InputStream pipe, int limitBytes) {
    BoundedOutput output = new BoundedOutput(pipe, limitBytes);
    output.reader.start();
    return output;
  }

  /** Waits for the end of the pipe for a second at most. Returns whether it has come. */
  boolean awaitEnd() throws InterruptedException {
    reader.join(CLOSE_MILLIS);
    return !reader.isAlive();
  }

  /** The kept output, in UTF-8. Waits for the end of the pipe for a second at most. */
  String text() throws InterruptedException {
    return text(StandardCharsets.UTF_8);
  }

  String text(Charset charset) throws InterruptedException {
    awaitEnd();
    synchronized (kept) {
      return kept.toString(charset);
    }
  }

  private void read() {
    byte[] buffer = new byte[8192];
    try (pipe) {
      for (int n = pipe.read(buffer); n >= 0; n = pipe.read(buffer)) {
        synchronized (kept) {
          kept.write(buffer, 0, Math.min(n, limitBytes - kept.size()));
        }
      }
    } catch (IOException e) {
      // the process died with the pipe open: what was read until then is its output
    }
  }
}
