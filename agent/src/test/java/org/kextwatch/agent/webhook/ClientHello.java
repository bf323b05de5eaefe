package org.kextwatch.agent.webhook;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The first message of TLS.
 *
 * @param suites the cipher suites that the client offers, each as four hexadecimal digits
 */
record ClientHello(List<String> suites) {
  static ClientHello read(InputStream from) throws IOException {
    DataInputStream in = new DataInputStream(from);
    in.skipNBytes(3);
    int length = in.readUnsignedShort();
    in.skipNBytes(4 + 2 + 32);
    int session = in.readUnsignedByte();
    in.skipNBytes(session);
    int bytes = in.readUnsignedShort();
    List<String> suites = new ArrayList<>();
    for (int i = 0; i < bytes; i += 2) {
      suites.add("%04x".formatted(in.readUnsignedShort()));
    }
    in.skipNBytes(length - (4 + 2 + 32 + 1 + session + 2 + bytes));
    return new ClientHello(suites);
  }
}
