package org.kextwatch.agent.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The way to a server on this machine, which counts connections and what passes. */
final class ByteCounter implements AutoCloseable {
  final AtomicInteger connections = new AtomicInteger();
  final AtomicLong sent = new AtomicLong();
  final AtomicLong received = new AtomicLong();

  private final ServerSocket listener;
  private final int server;

  /**
   * Listens at a free port.
   *
   * @param server port of the server on the loopback address
   */
  ByteCounter(int server) throws IOException {
    this.server = server;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::listen);
  }

  int port() {
    return listener.getLocalPort();
  }

  private void listen() throws IOException {
    while (true) {
      Socket client = listener.accept();
      Socket to = new Socket(InetAddress.getLoopbackAddress(), server);
      client.setTcpNoDelay(true);
      to.setTcpNoDelay(true);
      connections.incrementAndGet();
      start(() -> pass(client, to, sent));
      start(() -> pass(to, client, received));
    }
  }

  private static void pass(Socket from, Socket to, AtomicLong count) throws IOException {
    byte[] buffer = new byte[16 << 10];
    InputStream in = from.getInputStream();
    OutputStream out = to.getOutputStream();
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      out.write(buffer, 0, n);
      count.addAndGet(n);
    }
    to.shutdownOutput();
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // one side has closed
              }
            },
            "byte-counter");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private interface Work {
    void run() throws IOException;
  }
}
