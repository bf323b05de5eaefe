package org.kextwatch.agent.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Sockets for a server that speaks one version of TLS alone. */
final class TlsVersion extends SSLSocketFactory {
  private final SSLSocketFactory other;
  private final String version;

  TlsVersion(String version, SSLSocketFactory other) {
    this.version = version;
    this.other = other;
  }

  @Override
  public Socket createSocket(Socket raw, String host, int port, boolean autoClose)
      throws IOException {
    SSLSocket socket = (SSLSocket) other.createSocket(raw, host, port, autoClose);
    socket.setEnabledProtocols(new String[] {version});
    return socket;
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return other.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return other.getSupportedCipherSuites();
  }
}
