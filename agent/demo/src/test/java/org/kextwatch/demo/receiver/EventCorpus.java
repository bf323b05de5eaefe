package org.kextwatch.demo.receiver;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A thousand signed events, and what somebody on their way to the receiver could do to them. */
final class EventCorpus {
  static final int EVENTS = 1_000;

  private final Map<String, UnaryOperator<Signed>> tampering = new LinkedHashMap<>();
  private final List<Signed> all = new ArrayList<>();
  private final Random random;

  EventCorpus(long seed) {
    random = new Random(seed);
    RandomEvents events = new RandomEvents(seed);
    for (int i = 0; i < EVENTS; i++) {
      all.add(Signed.of(events.secret(), events.next(), Instant.now().getEpochSecond()));
    }
    tampering.put("a bit of the body", this::otherBit);
    tampering.put("a character more", s -> s.withBody(s.body().replaceFirst("\\.", "..")));
    tampering.put("a character less", s -> s.withBody(s.body().replaceFirst("\\.", "")));
    tampering.put("a line break at the end", s -> s.withBody(s.body() + "\n"));
    tampering.put("no body", s -> s.withBody(""));
    tampering.put("another's body", s -> s.withBody(another(s).body()));
    tampering.put("the same JSON, spaced", s -> s.withBody(s.body().replaceFirst("\":", "\": ")));
    tampering.put("another's id", s -> s.withId(another(s).id()));
    tampering.put("a part of the id in the body", EventCorpus::shifted);
    tampering.put("a later time", s -> s.withTimestamp(s.timestamp() + 1 + random.nextInt(200)));
    tampering.put("another's signature", s -> s.withSignature(another(s).signature()));
    tampering.put("a bit of the signature", this::otherSignature);
    tampering.put("another version", s -> s.withSignature(s.signature().replace("v1,", "v2,")));
    tampering.put("half a signature", s -> s.withSignature(s.signature().substring(0, 25)));
  }

  /** As they were signed. */
  List<Signed> events() {
    return all;
  }

  Set<String> kinds() {
    return tampering.keySet();
  }

  /** All of them, touched in one way. */
  List<Signed> touched(String kind) {
    return all.stream().map(tampering.get(kind)).toList();
  }

  private Signed another(Signed one) {
    return all.get((all.indexOf(one) + 1 + random.nextInt(EVENTS - 1)) % EVENTS);
  }

  private Signed otherBit(Signed one) {
    int at;
    do {
      at = random.nextInt(one.body().length());
    } while (one.body().charAt(at) >= 0x7f);
    StringBuilder body = new StringBuilder(one.body());
    body.setCharAt(at, (char) (body.charAt(at) ^ 1));
    return one.withBody(body.toString());
  }

  /** The signed text is the same but for where the dots are. */
  private static Signed shifted(Signed one) {
    String end = one.id().substring(one.id().length() - 1);
    return one.withId(one.id().substring(0, one.id().length() - 1)).withBody(end + one.body());
  }

  private Signed otherSignature(Signed one) {
    byte[] mac = Base64.getDecoder().decode(one.signature().substring(3));
    mac[random.nextInt(mac.length)] ^= (byte) (1 << random.nextInt(8));
    return one.withSignature("v1," + Base64.getEncoder().encodeToString(mac));
  }
}
