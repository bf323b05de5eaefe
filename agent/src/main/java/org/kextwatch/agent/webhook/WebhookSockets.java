package org.kextwatch.agent.webhook;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.SocketFactory;
import okio.AsyncTimeout;

/**
 * The sockets of one client, below TLS and HTTP. An endpoint that sends frames of HTTP/2 which must
 * be answered, and reads no answer, makes the HTTP client keep all those answers, and makes both it
 * and Java's TLS wait for ever where they close a connection. So the bytes that one attempt may
 * receive are limited here, and a socket can be closed whatever is being done with it. (One through
 * a SOCKS proxy is not made here.)
 */
final class WebhookSockets extends SocketFactory {
  /**
   * More than a handshake, a head and what is read of a body. The HTTP client looks through all
   * answers that it could not send yet for each new one: 512 KiB of empty SETTINGS frames cost it
   * eleven seconds of processor time.
   */
  static final int MOST_BYTES = 192 << 10;

  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong left = new AtomicLong(MOST_BYTES);

  /** Begins an attempt: it may receive as much as any other. */
  void renew() {
    left.set(MOST_BYTES);
  }

  /** How much has been received since then. */
  long received() {
    return MOST_BYTES - left.get();
  }

  /** Why an attempt failed: a thread that writes may fail before the one that received too much. */
  IOException cause(IOException seen) {
    return left.get() < 0 ? new TooMuchException() : seen;
  }

  /** Does something with these sockets, all of which are closed if it takes longer. */
  <T> T within(Duration limit, Supplier<T> work) {
    AsyncTimeout end =
        new AsyncTimeout() {
          @Override
          protected void timedOut() {
            open.forEach(WebhookSockets::cut);
          }
        };
    end.timeout(limit.toMillis(), TimeUnit.MILLISECONDS);
    end.enter();
    try {
      return work.get();
    } finally {
      end.exit();
    }
  }

  private static void cut(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // it is of no use any more
    }
  }

  @Override
  public Socket createSocket() {
    Socket socket = new LimitedSocket();
    open.add(socket);
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw connectsByItself();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw connectsByItself();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw connectsByItself();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw connectsByItself();
  }

  private static UnsupportedOperationException connectsByItself() {
    return new UnsupportedOperationException("the HTTP client connects by itself");
  }

  /** More than {@link #MOST_BYTES} came in one attempt. */
  static final class TooMuchException extends IOException {
    private static final long serialVersionUID = 1L;

    TooMuchException() {
      super("the receiver sent more than %d KiB in one attempt".formatted(MOST_BYTES >> 10));
    }
  }

  private final class LimitedSocket extends Socket {
    @Override
    public InputStream getInputStream() throws IOException {
      return new LimitedInput(this, super.getInputStream());
    }

    @Override
    public synchronized void close() throws IOException {
      open.remove(this);
      super.close();
    }
  }

  private final class LimitedInput extends FilterInputStream {
    private final Socket socket;

    LimitedInput(Socket socket, InputStream in) {
      super(in);
      this.socket = socket;
    }

    @Override
    public int read() throws IOException {
      return count(super.read(), 1);
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
      int count = super.read(bytes, from, most);
      return count(count, count);
    }

    private int count(int result, int bytes) throws IOException {
      if (left.addAndGet(-Math.max(0, bytes)) < 0) {
        socket.close(); // here, because the HTTP client would wait for its own writer first
        throw new TooMuchException();
      }
      return result;
    }
  }
}
