package org.kextwatch.agent.webhook;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 server (RFC 9113) that answers a request, then sends as many frames of one kind as it
 * is let, and reads nothing any more.
 */
public final class FloodServer implements AutoCloseable {
  private static final int SETTINGS = 4;
  private static final int ACK = 1;
  private static final int HEADERS = 1;
  private static final int END_HEADERS = 4;
  private static final int AT_ONCE = 16 << 10;

  private static final int END_STREAM = 1;

  /** {@code :status: 103}: a literal, not indexed, its name the eighth of the static table. */
  private static final byte[] EARLY_HINTS = {0x08, 3, '1', '0', '3'};

  /** {@code :status: 200}, from the static table. */
  private static final byte[] OK = {(byte) 0x88};

  /** {@code GET https://127.0.0.1/}, from the static table, the host a literal. */
  private static final byte[] GET = {
    (byte) 0x82, (byte) 0x84, (byte) 0x87, 1, 9, '1', '2', '7', '.', '0', '.', '0', '.', '1'
  };

  private final SSLServerSocket listener;
  private final Flood flood;
  private final boolean isAnswered;
  private final AtomicLong most = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();

  /** What is sent without end. */
  public enum Flood {
    /** What nobody reads, the client holds. */
    DATA(0, 0),
    EMPTY_DATA(0, 0),
    MORE_HEADS(HEADERS, END_HEADERS),
    /** Each wants an answer, which nobody reads. */
    PING(6, 0),
    SETTINGS_AGAIN(SETTINGS, 0),
    /** Promises of answers that nobody asked for. */
    PUSH(5, END_HEADERS),
    WINDOW_UPDATE(8, 0),
    /** A head that never ends. */
    CONTINUATION(9, 0);

    private final int type;
    private final int flags;

    Flood(int type, int flags) {
      this.type = type;
      this.flags = flags;
    }

    /** On the stream of the request, or on none. */
    private int stream(int ofRequest) {
      return switch (this) {
        case PING, SETTINGS_AGAIN, WINDOW_UPDATE -> 0;
        default -> ofRequest;
      };
    }

    private byte[] payload(int number) {
      return switch (this) {
        case DATA -> new byte[16 << 10];
        case MORE_HEADS -> EARLY_HINTS;
        case PING -> new byte[8];
        case PUSH -> ByteBuffer.allocate(4 + GET.length).putInt(2 * number + 2).put(GET).array();
        case WINDOW_UPDATE -> new byte[] {0, 0, 0, 1};
        case EMPTY_DATA, SETTINGS_AGAIN, CONTINUATION -> new byte[0];
      };
    }
  }

  /**
   * Listens.
   *
   * @param isAnswered whether the answer is whole before the flood; else it never comes
   */
  public FloodServer(SSLContext tls, Flood flood, boolean isAnswered) throws IOException {
    this.flood = flood;
    this.isAnswered = isAnswered;
    listener =
        (SSLServerSocket)
            tls.getServerSocketFactory().createServerSocket(0, 8, InetAddress.getLoopbackAddress());
    SSLParameters parameters = listener.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    listener.setSSLParameters(parameters);
    Thread accepts = new Thread(this::accept, "flood");
    accepts.setDaemon(true);
    accepts.start();
  }

  public String address() {
    return "https://127.0.0.1:" + listener.getLocalPort() + "/flood";
  }

  /** The most bytes that were sent in one answer. */
  public long most() {
    return most.get();
  }

  /** How many connections have ended. */
  public long ended() {
    return ended.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try (SSLSocket client = (SSLSocket) listener.accept()) {
        flood(client);
      } catch (IOException e) {
        // the client has had enough
      }
      ended.incrementAndGet();
    }
  }

  private void flood(SSLSocket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    OutputStream out = client.getOutputStream();
    in.skipNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
    frame(out, SETTINGS, 0, 0, new byte[0]);
    out.flush();
    int stream = 0;
    while (stream == 0) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int of = in.readInt();
      in.skipNBytes(length);
      if (type == SETTINGS && (flags & ACK) == 0) {
        frame(out, SETTINGS, ACK, 0, new byte[0]);
      }
      if (type == HEADERS) {
        stream = of;
      }
    }
    if (isAnswered) {
      frame(out, HEADERS, END_HEADERS | END_STREAM, stream, OK);
    } else {
      frame(out, HEADERS, flood == Flood.CONTINUATION ? 0 : END_HEADERS, stream, EARLY_HINTS);
    }
    out.flush();
    ByteArrayOutputStream frames = new ByteArrayOutputStream();
    int number = 0;
    long sent = 0;
    while (sent < 1L << 30) {
      frames.reset();
      while (frames.size() < AT_ONCE) {
        frame(frames, flood.type, flood.flags, flood.stream(stream), flood.payload(number++));
      }
      frames.writeTo(out);
      out.flush();
      sent += frames.size();
      most.accumulateAndGet(sent, Math::max);
    }
  }

  private static void frame(OutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    int length = payload.length;
    byte[] frame = new byte[9 + length];
    frame[0] = (byte) (length >> 16);
    frame[1] = (byte) (length >> 8);
    frame[2] = (byte) length;
    frame[3] = (byte) type;
    frame[4] = (byte) flags;
    frame[5] = (byte) (stream >> 24);
    frame[6] = (byte) (stream >> 16);
    frame[7] = (byte) (stream >> 8);
    frame[8] = (byte) stream;
    System.arraycopy(payload, 0, frame, 9, length);
    out.write(frame);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
