package org.kextwatch.agent.webhook;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A server on loopback that sends any bytes, valid HTTP or not. */
final class RawServer implements AutoCloseable {

  /** What the server does on each connection. */
  interface Talk {
    void on(RawServer server, Socket client) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final List<Socket> clients = new ArrayList<>();
  private final AtomicLong written = new AtomicLong();
  private final Talk talk;

  RawServer(Talk talk) throws IOException {
    this.listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    this.talk = talk;
    listener.setReceiveBufferSize(8 << 10);
  }

  RawServer start() {
    new Thread(this::accept, "raw server").start();
    return this;
  }

  int port() {
    return listener.getLocalPort();
  }

  /** How many bytes could be written so far. */
  long written() {
    return written.get();
  }

  void say(Socket client, String text) throws IOException {
    byte[] bytes = text.getBytes(ISO_8859_1);
    client.getOutputStream().write(bytes);
    written.addAndGet(bytes.length);
  }

  /** Reads the head of a request, and the part of its body that arrived with it. */
  static void read(Socket client) throws IOException {
    InputStream in = client.getInputStream();
    StringBuilder seen = new StringBuilder();
    byte[] bytes = new byte[8 << 10];
    while (seen.indexOf("\r\n\r\n") < 0) {
      int count = in.read(bytes);
      if (count < 0) {
        throw new IOException("no request");
      }
      seen.append(new String(bytes, 0, count, ISO_8859_1));
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        synchronized (clients) {
          clients.add(client);
        }
        new Thread(() -> serve(client), "raw server's talk").start();
      }
    } catch (IOException e) {
      // closed
    }
  }

  private void serve(Socket client) {
    try {
      talk.on(this, client);
    } catch (IOException | InterruptedException e) {
      // the client closed the connection
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    synchronized (clients) {
      for (Socket client : clients) {
        client.close();
      }
    }
  }
}
