package org.kextwatch.demo.receiver;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.kextwatch.agent.event.CloudEvent;
import org.kextwatch.agent.event.EventData;
import org.kextwatch.agent.event.EventWriter;
import org.kextwatch.agent.status.Attempt;
import org.kextwatch.agent.status.Change;
import org.kextwatch.agent.status.Device;
import org.kextwatch.agent.status.Outcome;
import org.kextwatch.agent.status.Status;
import org.kextwatch.agent.status.StatusSamples;
import org.kextwatch.agent.status.Transition;
import org.kextwatch.agent.status.Trigger;

/** Events of every type, with texts of every script and length. */
final class RandomEvents {
  private static final int LONGEST = 3_000;
  private static final Status STATUS =
      StatusSamples.status(StatusSamples.HEALTHY, StatusSamples.ACTIVE);

  private final EventWriter writer = new EventWriter();
  private final Random random;

  RandomEvents(long seed) {
    random = new Random(seed);
  }

  String secret() {
    byte[] key = new byte[24 + random.nextInt(41)];
    new SecureRandom().nextBytes(key);
    return "whsec_" + Base64.getEncoder().encodeToString(key);
  }

  CloudEvent next() {
    Device device =
        new Device(text(20), null, text(60), null, null, null, null, Device.Mdm.UNKNOWN, Map.of());
    Instant time = Instant.ofEpochMilli(random.nextLong(4_000_000_000_000L));
    int kind = random.nextInt(4);
    if (kind == 0) {
      return writer.write(new EventData.TestData(STATUS), device, time);
    }
    EventData data =
        switch (kind) {
          case 1 -> new EventData.DroppedData(1, 9, 9, EventData.DropReason.EVICTED);
          case 2 ->
              new EventData.LoadAttemptedData(
                  STATUS,
                  new Attempt(time, Outcome.FAILED, random.nextInt(), text(LONGEST)),
                  Trigger.APPROVED);
          default -> new EventData.ChangedData(STATUS, changes(), Transition.CHANGED);
        };
    return writer.write(data, device, time, "0c7f3f1e", random.nextLong(1_000_000_000));
  }

  private List<Change> changes() {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(12); i++) {
      changes.add(new Change("health.issues", text(9), List.of(text(LONGEST), text(9))));
    }
    return changes;
  }

  /** Of any characters that Unicode has, but for half ones. */
  private String text(int longest) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(longest);
    int highest = List.of(0x7f, 0x7ff, 0xffff, Character.MAX_CODE_POINT).get(random.nextInt(4));
    while (text.length() < length) {
      int character = random.nextInt(highest + 1);
      if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
        text.appendCodePoint(character);
      }
    }
    return text.toString();
  }
}
