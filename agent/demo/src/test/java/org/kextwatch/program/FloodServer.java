package org.kextwatch.program;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * An HTTP/2 server (RFC 9113) that answers 103, then sends as much data as it is let, and never the
 * head of an answer: what nobody reads is held by the client.
 */
final class FloodServer implements AutoCloseable {
  private static final int FRAME = 16 << 10;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;

  /** {@code :status: 103}: a literal, not indexed, its name the eighth of the static table. */
  private static final byte[] EARLY_HINTS = {0x08, 3, '1', '0', '3'};

  private final SSLServerSocket listener;
  private final AtomicLong most = new AtomicLong();

  FloodServer(SSLContext tls) throws IOException {
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

  String address() {
    return "https://127.0.0.1:" + listener.getLocalPort() + "/flood";
  }

  /** The most bytes that were sent in one answer. */
  long most() {
    return most.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try (SSLSocket client = (SSLSocket) listener.accept()) {
        flood(client);
      } catch (IOException e) {
        // the client has had enough
      }
    }
  }

  private void flood(SSLSocket client) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    OutputStream out = client.getOutputStream();
    in.skipNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
    frame(out, SETTINGS, 0, 0, new byte[0], 0);
    int stream = 0;
    while (stream == 0) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int of = in.readInt();
      in.skipNBytes(length);
      if (type == SETTINGS && (flags & ACK) == 0) {
        frame(out, SETTINGS, ACK, 0, new byte[0], 0);
      }
      if (type == HEADERS) {
        stream = of;
      }
    }
    frame(out, HEADERS, END_HEADERS, stream, EARLY_HINTS, EARLY_HINTS.length);
    byte[] nothing = new byte[FRAME];
    for (long sent = FRAME; sent < 16 << 20; sent += FRAME) {
      frame(out, DATA, 0, stream, nothing, FRAME);
      most.accumulateAndGet(sent, Math::max);
    }
    client.setSoTimeout(2_000); // then it hangs up
    in.readAllBytes();
  }

  private static void frame(
      OutputStream out, int type, int flags, int stream, byte[] payload, int length)
      throws IOException {
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
    out.flush();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
