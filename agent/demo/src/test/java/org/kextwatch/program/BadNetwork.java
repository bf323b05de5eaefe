package org.kextwatch.program;

import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.kextwatch.agent.delivery.FaultProxy;
import org.kextwatch.demo.ThrowawayCertificate;
import org.kextwatch.program.FickleReceiver.Mood;

/** A receiver over TLS that is not always willing, behind a network that is not always good. */
final class BadNetwork implements AutoCloseable {
  private static final Mood[] MOODS = Mood.values();
  private static final int LONGEST_FAULT_MILLIS = 8_000;

  /** What was on its way has arrived by then, or never will. */
  private static final int ON_THE_WAY_MILLIS = 500;

  private final FickleReceiver receiver;
  private final FaultProxy proxy;
  private boolean isBad;

  BadNetwork(Rig rig, long seed) throws IOException {
    ThrowawayCertificate certificate = ThrowawayCertificate.make();
    rig.mac.write(Rig.CA_BUNDLE, certificate.pem());
    receiver = new FickleReceiver(certificate.tls(), rig.inbound, rig.endpoint());
    proxy = new FaultProxy(receiver.port(), seed, LONGEST_FAULT_MILLIS);
    proxy.rest(true);
  }

  /** The URL that events must be sent to; the certificate is in {@link Rig#CA_BUNDLE}. */
  String endpoint() {
    return receiver.address(proxy.port());
  }

  /** Something about it becomes another. Returns what. */
  String change(Random random) {
    if (random.nextInt(3) > 0) {
      receiver.be(MOODS[random.nextInt(MOODS.length)]);
      return "the receiver's mood";
    }
    isBad = !isBad;
    receiver.mayLoseAnswers(true); // what was on its way may still be lost
    proxy.rest(!isBad);
    return isBad ? "the network goes bad" : "the network is good again";
  }

  /** All is well again. */
  void heal() throws InterruptedException {
    proxy.rest(true);
    isBad = false;
    Thread.sleep(ON_THE_WAY_MILLIS);
    receiver.mayLoseAnswers(false);
    receiver.be(Mood.GOOD);
  }

  /** How often each fault and each answer was drawn. */
  Map<String, Integer> counts() {
    Map<String, Integer> counts = new TreeMap<>();
    proxy.counts().forEach((fault, times) -> counts.put("network: " + fault, times));
    receiver.counts().forEach((mood, times) -> counts.put("answer: " + mood, times));
    return counts;
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    receiver.close();
  }
}
