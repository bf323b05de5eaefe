package org.kextwatch.agent.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A bad network before a server on this machine: a TCP proxy with the faults of Toxiproxy, drawn
 * from a seed, for each direction of a connection again and again. Bytes pass as they are, so TLS
 * does.
 */
public final class FaultProxy implements AutoCloseable {
  /** What can go wrong. All but three end the connection. */
  public enum Fault {
    LATENCY,
    BANDWIDTH,
    SLICER,
    /** The port is closed for a while, and all connections break. */
    DOWN,
    /** One end learns late that the other has closed. */
    SLOW_CLOSE,
    /** Nothing gets through. Every hundredth time the connection stays open for good. */
    TIMEOUT,
    RESET_PEER,
    /** Some bytes still pass. */
    LIMIT_DATA,
    /** Other bytes come than were sent. */
    GARBAGE
  }

  private static final List<Fault> FAULTS = List.of(Fault.values());

  /** The most that passes before the next fault: requests are longer than answers. */
  private static final int CALM_UP = 160_000;

  private static final int CALM_DOWN = 8_000;
  private static final int FOR_GOOD = 100;

  private final int server;
  private final int longest;
  private final Random random;
  private final InetSocketAddress address;
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final Set<Line> lines = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;
  private volatile int downMillis;
  private volatile boolean closed;
  private volatile boolean resting;

  /**
   * Listens at a free port.
   *
   * @param server port of the server on the loopback address
   * @param longest milliseconds of a fault that takes time
   */
  public FaultProxy(int server, long seed, int longest) throws IOException {
    this.server = server;
    this.longest = longest;
    this.random = new Random(seed);
    this.listener = new ServerSocket(0, 50, loopback());
    this.address = new InetSocketAddress(loopback(), listener.getLocalPort());
    start(this::listen);
  }

  public int port() {
    return address.getPort();
  }

  /** Breaks all connections; from then on there are no faults, or there are again. */
  public void rest(boolean now) {
    resting = now;
    lines.forEach(line -> line.cut(true));
  }

  /** How often each fault has happened. */
  public Map<Fault, Integer> counts() {
    synchronized (counts) {
      return new EnumMap<>(counts);
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    lines.forEach(line -> line.cut(false));
  }

  private void listen() {
    while (!closed) {
      try {
        connect(listener.accept());
      } catch (IOException e) {
        comeBack();
      }
    }
  }

  private void connect(Socket client) {
    Line line = new Line(client, new Socket());
    lines.add(line);
    try {
      line.server.connect(new InetSocketAddress(loopback(), server));
      client.setTcpNoDelay(true);
      line.server.setTcpNoDelay(true);
      start(new Direction(line, client, line.server, CALM_UP, new Random(random.nextLong())));
      start(new Direction(line, line.server, client, CALM_DOWN, new Random(random.nextLong())));
    } catch (IOException e) {
      line.cut(true);
    }
  }

  private void comeBack() {
    lines.forEach(line -> line.cut(true));
    while (!closed && listener.isClosed()) {
      sleep(downMillis);
      try {
        ServerSocket next = new ServerSocket();
        next.setReuseAddress(true);
        next.bind(address);
        listener = next;
      } catch (IOException e) {
        downMillis = 1; // what was connected is still being taken down
      }
    }
  }

  private int count(Fault fault) {
    synchronized (counts) {
      return counts.merge(fault, 1, Integer::sum);
    }
  }

  private static InetAddress loopback() throws IOException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A connection to us and ours to the server. */
  private final class Line {
    private final Socket client;
    private final Socket server;
    private volatile boolean mute;

    Line(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    /** Ends it, with RST or with FIN. */
    void cut(boolean reset) {
      lines.remove(this);
      for (Socket socket : List.of(client, server)) {
        try {
          if (reset && !socket.isClosed()) {
            socket.setSoLinger(true, 0);
          }
          socket.close();
        } catch (IOException e) {
          // then it has ended
        }
      }
    }
  }

  private final class Direction implements Runnable {
    private final Line line;
    private final Socket from;
    private final Socket to;
    private final int calm;
    private final Random random;
    private @Nullable Fault fault;

    /** Bytes until this fault is over, or the next one comes. */
    private int until;

    Direction(Line line, Socket from, Socket to, int calm, Random random) {
      this.line = line;
      this.from = from;
      this.to = to;
      this.calm = calm;
      this.random = random;
      this.until = random.nextInt(calm);
    }

    @Override
    public void run() {
      byte[] bytes = new byte[16_384];
      try {
        InputStream in = from.getInputStream();
        for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
          int passing = until < n && !resting ? turn(bytes, n) : n;
          pass(to.getOutputStream(), bytes, passing);
          if (passing < n) {
            return;
          }
          until -= n;
        }
      } catch (IOException e) {
        // the other direction has ended it, or one of its ends
      } finally {
        line.cut(false);
      }
    }

    /** Ends a fault or begins one. Returns how many bytes pass: if not all, they are the last. */
    private int turn(byte[] bytes, int n) throws IOException {
      int left = until;
      if (fault != null) {
        fault = null;
        until = n + random.nextInt(calm);
        return n;
      }
      fault = FAULTS.get(random.nextInt(FAULTS.size()));
      until = n + random.nextInt(calm / 16);
      boolean isHundredth = count(fault) % FOR_GOOD == 0;
      switch (fault) {
        case LATENCY, BANDWIDTH, SLICER -> {
          return n;
        }
        case LIMIT_DATA -> {
          return left;
        }
        case GARBAGE -> {
          random.nextBytes(bytes);
          pass(to.getOutputStream(), bytes, n);
        }
        case RESET_PEER -> line.cut(true);
        case DOWN -> {
          downMillis = random.nextInt(longest);
          listener.close();
        }
        case SLOW_CLOSE -> {
          line.mute = true;
          (random.nextBoolean() ? from : to).close();
          sleep(random.nextInt(longest));
        }
        case TIMEOUT -> {
          line.mute = true;
          sleep(random.nextInt(longest));
          return isHundredth ? n : 0;
        }
      }
      return 0;
    }

    private void pass(OutputStream out, byte[] bytes, int n) throws IOException {
      if (line.mute || n == 0) {
        return;
      }
      if (fault == Fault.LATENCY) {
        sleep(random.nextInt(longest));
      }
      int slice =
          fault == Fault.BANDWIDTH ? 512 : fault == Fault.SLICER ? 1 + random.nextInt(64) : n;
      for (int at = 0; at < n; at += slice) {
        out.write(bytes, at, Math.min(slice, n - at));
        if (fault == Fault.BANDWIDTH) {
          sleep(1);
        }
      }
    }
  }
}
