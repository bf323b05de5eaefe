package org.kextwatch.agent.webhook;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/** Applies the setting {@code proxy} to a client. */
final class ProxySetting {
  private ProxySetting() {}

  /**
   * Applies it.
   *
   * @param proxy {@code system} (Java's own choice: with java.net.useSystemProxies, which the
   *     launcher sets, that of macOS, PAC files included; belief:system-proxy), {@code none} or
   *     {@code host:port}
   */
  static void apply(String proxy, OkHttpClient.Builder http) throws UnusableSettingException {
    if (proxy.equals("system")) {
      return;
    }
    if (proxy.equals("none")) {
      http.proxy(Proxy.NO_PROXY);
      return;
    }
    HttpUrl address = HttpUrl.parse("http://" + proxy);
    if (address == null) {
      throw new UnusableSettingException("proxy: it must be \"system\", \"none\" or \"host:port\"");
    }
    http.proxy(
        new Proxy(
            Proxy.Type.HTTP, InetSocketAddress.createUnresolved(address.host(), address.port())));
  }
}
